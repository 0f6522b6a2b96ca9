using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;

namespace ComputeHorde.Cryptography;

/// <summary>
/// Substrate's secret URI: <c>phrase-or-0xseed[/soft][//hard]...[///password]</c>. Without a phrase it means a child of the well-known
/// development phrase.
/// </summary>
internal static class SecretUri
{
    private const string DevelopmentPhrase = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";
    private const string HexPrefix = "0x";
    private const string PasswordMark = "///";
    private const char ByteOrderMark = '\ufeff';

    /// <summary>Makes the key pair that the URI names.</summary>
    internal static Sr25519KeyPair Open(ReadOnlySpan<char> uri)
    {
        uri = TrimEdges(uri);
        if (uri.IsEmpty)
        {
            throw Error.Uri("it is empty");
        }

        var passwordMark = uri.IndexOf(PasswordMark);
        var password = passwordMark < 0 ? [] : uri[(passwordMark + PasswordMark.Length)..];
        var rest = passwordMark < 0 ? uri : uri[..passwordMark];
        var pathStart = rest.IndexOf('/');
        var path = pathStart < 0 ? [] : rest[pathStart..];
        var root = OpenRoot(pathStart < 0 ? rest : rest[..pathStart], password);
        return Derive(root, path);
    }

    /// <summary>
    /// Drops what files and settings leave around a secret: a byte order mark, line ends, white space, unless that ends a password.
    /// </summary>
    private static ReadOnlySpan<char> TrimEdges(ReadOnlySpan<char> uri)
    {
        uri = uri.TrimStart(ByteOrderMark).TrimStart();
        return uri.Contains(PasswordMark, StringComparison.Ordinal) ? uri.TrimEnd("\r\n") : uri.TrimEnd();
    }

    private static Sr25519KeyPair OpenRoot(ReadOnlySpan<char> phrase, ReadOnlySpan<char> password)
    {
        if (!phrase.StartsWith(HexPrefix, StringComparison.OrdinalIgnoreCase))
        {
            return Sr25519KeyPair.FromMnemonic(phrase.IsEmpty ? DevelopmentPhrase : phrase, password);
        }

        // As in Substrate, a password has no effect on a seed.
        Span<byte> seed = stackalloc byte[Sr25519.SeedSize];
        var digits = phrase[HexPrefix.Length..];
        if (digits.Length != 2 * seed.Length || Convert.FromHexString(digits, seed, out _, out _) != OperationStatus.Done)
        {
            throw Error.Uri($"a seed is 0x and {2 * seed.Length} hexadecimal digits");
        }

        var root = Sr25519KeyPair.FromSeed(seed);
        SecretMemory.Erase(seed);
        return root;
    }

    private static Sr25519KeyPair Derive(Sr25519KeyPair root, ReadOnlySpan<char> path)
    {
        var current = root;
        Span<byte> chainCode = stackalloc byte[Sr25519.ChainCodeSize];
        for (var number = 1; !path.IsEmpty; number++)
        {
            var hard = path.StartsWith("//");
            path = path[(hard ? 2 : 1)..];
            var end = path.IndexOf('/');
            var name = end < 0 ? path : path[..end];
            path = end < 0 ? [] : path[end..];
            using var parent = current;
            ToChainCode(name, number, chainCode);
            current = hard ? parent.DeriveHard(chainCode) : parent.DeriveSoft(chainCode);
        }

        return current;
    }

    /// <summary>
    /// A junction's chain code: a number that fits 64 bits as little-endian bytes, other text in SCALE (compact length and UTF-8), or
    /// its BLAKE2b-256 when that has over 32 bytes; filled up with zeros.
    /// </summary>
    private static void ToChainCode(ReadOnlySpan<char> name, int number, Span<byte> chainCode)
    {
        if (name.IsEmpty)
        {
            throw Error.Uri($"junction {number} has no name");
        }

        chainCode.Clear();
        if (ulong.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
        {
            BinaryPrimitives.WriteUInt64LittleEndian(chainCode, index);
            return;
        }

        var text = SecretMemory.ToUtf8(name) ?? throw Error.Uri($"junction {number} has a surrogate without its pair");
        byte[] encoded = [.. ScaleLength(text.Length), .. text];
        if (encoded.Length <= chainCode.Length)
        {
            encoded.CopyTo(chainCode);
        }
        else
        {
            Blake2b.Hash(encoded, chainCode);
        }
    }

    private static byte[] ScaleLength(int length) =>
        length switch
        {
            < 1 << 6 => [(byte)(length << 2)],
            < 1 << 14 => [(byte)((length << 2) | 1), (byte)(length >> 6)],
            _ => [(byte)((length << 2) | 2), (byte)(length >> 6), (byte)(length >> 14), (byte)(length >> 22)],
        };
}
