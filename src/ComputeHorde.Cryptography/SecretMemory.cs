using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

namespace ComputeHorde.Cryptography;

/// <summary>How secrets that are on the way through memory are erased; <see cref="GuardedSecret"/> is where they stay.</summary>
internal static class SecretMemory
{
    /// <summary>More stack than any secret computation here uses below the frame that calls <see cref="BurnStack"/>, in bytes.</summary>
    private const int StackDepth = 8192;

    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>An array that the garbage collector never moves, so that erasing it leaves no earlier copy behind.</summary>
    internal static byte[] Allocate(int size) => GC.AllocateArray<byte>(size, pinned: true);

    /// <summary>A secret text in UTF-8 behind a start, in such an array; null when it is no Unicode: a surrogate lacks its pair.</summary>
    internal static byte[]? ToUtf8(ReadOnlySpan<char> text, ReadOnlySpan<byte> start = default)
    {
        try
        {
            var bytes = Allocate(start.Length + s_strictUtf8.GetByteCount(text));
            start.CopyTo(bytes);
            s_strictUtf8.GetBytes(text, bytes.AsSpan(start.Length));
            return bytes;
        }
        catch (EncoderFallbackException)
        {
            // Its message quotes the character, which is part of a secret.
            return null;
        }
    }

    /// <summary>Overwrites a secret with zeros; never optimised away.</summary>
    internal static void Erase(Span<byte> secret) => CryptographicOperations.ZeroMemory(secret);

    /// <summary>Overwrites the stack that finished calls have left, and with it their temporary copies of secrets.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    [SkipLocalsInit]
    internal static void BurnStack()
    {
        Span<byte> stack = stackalloc byte[StackDepth];
        Erase(stack);
    }
}
