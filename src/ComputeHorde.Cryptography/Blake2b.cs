namespace ComputeHorde.Cryptography;

/// <summary>BLAKE2b without a key (RFC 7693): digests of 1 to 64 bytes.</summary>
public static class Blake2b
{
    /// <summary>Length of the longest digest, in bytes: 64.</summary>
    public const int MaxDigestSize = 64;

    /// <summary>Hashes <paramref name="data"/> to as many bytes as <paramref name="destination"/> has. Nothing is allocated.</summary>
    /// <param name="data">Any number of bytes.</param>
    /// <param name="destination">1 to 64 bytes. The length takes part in the result: a short digest is no prefix of a longer one.</param>
    /// <exception cref="ArgumentOutOfRangeException">The destination is empty or longer than 64 bytes.</exception>
    public static void Hash(ReadOnlySpan<byte> data, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfZero(destination.Length, nameof(destination));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(destination.Length, MaxDigestSize, nameof(destination));
        _ = Sodium.Blake2b(destination, (nuint)destination.Length, data, (ulong)data.Length, key: [], keySize: 0);
    }

    /// <summary>The digest of 64 bytes, which ComputeHorde signs.</summary>
    /// <param name="data">Any number of bytes.</param>
    /// <returns>A new array of 64 bytes.</returns>
    public static byte[] Hash512(ReadOnlySpan<byte> data) => Hash(data, 64);

    /// <summary>The digest of 32 bytes.</summary>
    /// <param name="data">Any number of bytes.</param>
    /// <returns>A new array of 32 bytes.</returns>
    public static byte[] Hash256(ReadOnlySpan<byte> data) => Hash(data, 32);

    private static byte[] Hash(ReadOnlySpan<byte> data, int size)
    {
        var digest = new byte[size];
        Hash(data, digest);
        return digest;
    }
}
