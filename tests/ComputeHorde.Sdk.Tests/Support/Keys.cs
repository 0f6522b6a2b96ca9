namespace ComputeHorde.Sdk.Tests;

/// <summary>Well-known development keys.</summary>
internal static class Keys
{
    public static KeyPairSigner Alice { get; } = Wallet.FromUri("//Alice");
}
