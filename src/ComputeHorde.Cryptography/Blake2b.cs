namespace ComputeHorde.Cryptography;

/// <summary>BLAKE2b without a key (RFC 7693): digests of 1 to 64 bytes in one call. <see cref="Blake2bHasher"/> takes data in pieces.</summary>
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
        var hasher = new Blake2bHasher(destination.Length);
        hasher.Append(data);
        hasher.Finish(destination);
    }

    /// <summary>The digest of 64 bytes, which ComputeHorde signs.</summary>
    /// <param name="data">Any number of bytes.</param>
    /// <returns>A new array of 64 bytes.</returns>
    public static byte[] Hash512(ReadOnlySpan<byte> data)
    {
        var digest = new byte[64];
        Hash(data, digest);
        return digest;
    }

    /// <summary>The digest of 32 bytes.</summary>
    /// <param name="data">Any number of bytes.</param>
    /// <returns>A new array of 32 bytes.</returns>
    public static byte[] Hash256(ReadOnlySpan<byte> data)
    {
        var digest = new byte[32];
        Hash(data, digest);
        return digest;
    }
}
