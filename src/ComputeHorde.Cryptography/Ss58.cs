namespace ComputeHorde.Cryptography;

/// <summary>
/// SS58 addresses of 32-byte public keys, as Substrate networks write them: base58 of the network prefix, the key and the first two
/// bytes of BLAKE2b-512("SS58PRE" ‖ prefix ‖ key).
/// </summary>
public static class Ss58
{
    /// <summary>
    /// The prefix of Bittensor and of Substrate in general: 42. Such addresses have 48 characters or one less, and start with 5.
    /// </summary>
    public const ushort BittensorPrefix = 42;

    /// <summary>The largest prefix: 16383.</summary>
    public const ushort MaxPrefix = 16383;

    private const int KeySize = Sr25519.PublicKeySize;
    private const int ChecksumSize = 2;
    private const int MaxTextLength = 50;

    /// <summary>Writes the address of a public key.</summary>
    /// <param name="publicKey">32 bytes.</param>
    /// <param name="prefix">Network prefix, 0 to 16383 without the reserved 46 and 47; 42 (Bittensor) by default.</param>
    /// <returns>The address, 46 to 50 characters.</returns>
    /// <exception cref="ArgumentException">The key has not 32 bytes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The prefix does not exist.</exception>
    public static string Encode(ReadOnlySpan<byte> publicKey, ushort prefix = BittensorPrefix)
    {
        Error.ThrowIfNotLength(publicKey, KeySize, nameof(publicKey));
        if (prefix > MaxPrefix || IsReserved(prefix))
        {
            throw new ArgumentOutOfRangeException(nameof(prefix), prefix, "An SS58 prefix is 0 to 16383 and neither 46 nor 47.");
        }

        Span<byte> payload = stackalloc byte[2 + KeySize + ChecksumSize];
        var prefixSize = WritePrefix(prefix, payload);
        publicKey.CopyTo(payload[prefixSize..]);
        var keyed = prefixSize + KeySize;
        Checksum(payload[..keyed], payload.Slice(keyed, ChecksumSize));
        return Base58.Encode(payload[..(keyed + ChecksumSize)]);
    }

    /// <summary>Reads the public key of an address of one network.</summary>
    /// <param name="address">The address; surrounding white space is not allowed.</param>
    /// <param name="prefix">The prefix that the address must have; 42 (Bittensor) by default.</param>
    /// <returns>A new array of 32 bytes.</returns>
    /// <exception cref="ArgumentNullException">The address is null.</exception>
    /// <exception cref="FormatException">It is not the address of a 32-byte key, its checksum does not match, or it belongs to another
    /// network.</exception>
    public static byte[] Decode(string address, ushort prefix = BittensorPrefix)
    {
        ArgumentNullException.ThrowIfNull(address);
        var fault =
            Parse(address, out var publicKey, out var found)
            ?? (found == prefix ? null : $"the address belongs to network {found}, not {prefix}");
        return fault is null ? publicKey : throw new FormatException($"Not a valid SS58 address: {fault}.");
    }

    /// <summary>Reads the public key of an address of any network.</summary>
    /// <param name="address">The address; null is not one.</param>
    /// <param name="publicKey">32 bytes, or an empty array on failure.</param>
    /// <param name="prefix">The network prefix, 0 on failure.</param>
    /// <returns>Whether it is a well-formed address with the right checksum.</returns>
    public static bool TryDecode(string? address, out byte[] publicKey, out ushort prefix)
    {
        if (address is not null && Parse(address, out publicKey, out prefix) is null)
        {
            return true;
        }

        publicKey = [];
        prefix = 0;
        return false;
    }

    /// <summary>Whether the text is an address of that network.</summary>
    /// <param name="address">The address; null is not one.</param>
    /// <param name="prefix">The prefix that the address must have; 42 (Bittensor) by default.</param>
    /// <returns>True for a well-formed address with the right checksum and prefix.</returns>
    public static bool IsValid(string? address, ushort prefix = BittensorPrefix) =>
        TryDecode(address, out _, out var found) && found == prefix;

    private static string? Parse(string address, out byte[] publicKey, out ushort prefix)
    {
        publicKey = [];
        prefix = 0;
        if (address.Length == 0)
        {
            return "it is empty";
        }

        if (address.Length > MaxTextLength)
        {
            return $"it has {address.Length} characters, over {MaxTextLength}";
        }

        Span<byte> payload = stackalloc byte[MaxTextLength];
        if (!Base58.TryDecode(address, payload, out var length))
        {
            return $"character {length + 1} is not in the base58 alphabet";
        }

        payload = payload[..length];
        var prefixSize = ReadPrefix(payload, out prefix);
        if (prefixSize == 0)
        {
            return "its network prefix is reserved or not in its shortest form";
        }

        var keyed = prefixSize + KeySize;
        if (length != keyed + ChecksumSize)
        {
            return $"it holds {Math.Max(0, length - prefixSize - ChecksumSize)} bytes between prefix and checksum, a public key has {KeySize}";
        }

        Span<byte> checksum = stackalloc byte[ChecksumSize];
        Checksum(payload[..keyed], checksum);
        if (!checksum.SequenceEqual(payload[keyed..]))
        {
            return "its checksum does not match";
        }

        publicKey = payload[prefixSize..keyed].ToArray();
        return null;
    }

    private static bool IsReserved(ushort prefix) => prefix is 46 or 47;

    /// <summary>Prefixes below 64 take one byte; the others two, 14 bits spread over them with 01 on top.</summary>
    private static int WritePrefix(ushort prefix, Span<byte> destination)
    {
        if (prefix < 64)
        {
            destination[0] = (byte)prefix;
            return 1;
        }

        destination[0] = (byte)(0x40 | ((prefix >> 2) & 0x3f));
        destination[1] = (byte)((prefix >> 8) | ((prefix & 3) << 6));
        return 2;
    }

    private static int ReadPrefix(ReadOnlySpan<byte> payload, out ushort prefix)
    {
        prefix = payload[0];
        if (prefix < 64)
        {
            return IsReserved(prefix) ? 0 : 1;
        }

        if (prefix >= 128 || payload.Length < 2)
        {
            return 0;
        }

        prefix = (ushort)(((payload[0] & 0x3f) << 2) | (payload[1] >> 6) | ((payload[1] & 0x3f) << 8));
        return prefix < 64 ? 0 : 2;
    }

    private static void Checksum(ReadOnlySpan<byte> prefixAndKey, Span<byte> destination)
    {
        Span<byte> digest = stackalloc byte[Blake2b.MaxDigestSize];
        Blake2b.Hash([.. "SS58PRE"u8, .. prefixAndKey], digest);
        digest[..ChecksumSize].CopyTo(destination);
    }
}
