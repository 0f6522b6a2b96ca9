using System.Buffers;
using System.Numerics;

namespace ComputeHorde.Cryptography;

/// <summary>
/// Base58 with the alphabet of Bitcoin (draft-msporny-base58-03), for short strings: the time grows with the square of the length.
/// </summary>
internal static class Base58
{
    private const string Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    private static readonly SearchValues<char> s_alphabet = SearchValues.Create(Alphabet);

    internal static string Encode(ReadOnlySpan<byte> data)
    {
        // log(256) / log(58) < 1.38
        Span<char> text = stackalloc char[(data.Length * 138 / 100) + 1];
        var start = text.Length;
        for (var value = new BigInteger(data, isUnsigned: true, isBigEndian: true); !value.IsZero; value /= 58)
        {
            text[--start] = Alphabet[(int)(value % 58)];
        }

        var first = data.IndexOfAnyExcept((byte)0);
        return string.Concat(new string(Alphabet[0], first < 0 ? data.Length : first), text[start..]);
    }

    /// <summary>Decodes at most as many bytes as the destination has.</summary>
    /// <param name="text">The text.</param>
    /// <param name="destination">Room for the result.</param>
    /// <param name="written">Number of bytes decoded; on failure, the index of the first character that is not in the alphabet, or -1 when
    /// the result is too long.</param>
    /// <returns>Whether the text could be decoded.</returns>
    internal static bool TryDecode(ReadOnlySpan<char> text, Span<byte> destination, out int written)
    {
        written = text.IndexOfAnyExcept(s_alphabet);
        if (written >= 0)
        {
            return false;
        }

        var value = BigInteger.Zero;
        foreach (var character in text)
        {
            value = (value * 58) + Alphabet.IndexOf(character, StringComparison.Ordinal);
        }

        var first = text.IndexOfAnyExcept(Alphabet[0]);
        var zeros = first < 0 ? text.Length : first;
        var size = value.IsZero ? 0 : value.GetByteCount(isUnsigned: true);
        if (zeros + size > destination.Length)
        {
            return false;
        }

        destination[..zeros].Clear();
        _ = value.IsZero || value.TryWriteBytes(destination[zeros..], out _, isUnsigned: true, isBigEndian: true);
        written = zeros + size;
        return true;
    }
}
