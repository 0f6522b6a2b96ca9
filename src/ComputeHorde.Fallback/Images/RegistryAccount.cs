namespace ComputeHorde.Fallback;

/// <summary>Who may pull from a private registry.</summary>
/// <param name="Username">The user.</param>
/// <param name="Password">The password or token.</param>
public sealed record RegistryAccount(string Username, string Password)
{
    /// <summary>The user; never the password.</summary>
    /// <returns>A short description.</returns>
    public override string ToString() => Username;
}
