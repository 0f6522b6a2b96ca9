namespace ComputeHorde.Cryptography;

/// <summary>Makes the exceptions of this library. None of them carries a secret: they name positions, lengths and rules.</summary>
internal static class Error
{
    internal static void ThrowIfNotLength(ReadOnlySpan<byte> value, int length, string name)
    {
        if (value.Length != length)
        {
            throw new ArgumentException($"Expected {length} bytes, got {value.Length}.", name);
        }
    }

    internal static FormatException Mnemonic(string fault) => new($"Not a valid mnemonic: {fault}.");

    internal static FormatException Uri(string fault) => new($"Not a valid secret URI: {fault}.");
}
