using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ComputeHorde.Cryptography;

/// <summary>Where secrets live, and how they are erased.</summary>
internal static class SecretMemory
{
    /// <summary>More stack than any secret computation here uses below the frame that calls <see cref="BurnStack"/>, in bytes.</summary>
    private const int StackDepth = 8192;

    /// <summary>An array that the garbage collector never moves, so that erasing it leaves no earlier copy behind.</summary>
    internal static byte[] Allocate(int size) => GC.AllocateArray<byte>(size, pinned: true);

    /// <summary>Overwrites secret values with zeros; never optimised away.</summary>
    internal static void Erase<T>(Span<T> secret)
        where T : unmanaged => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(secret));

    /// <summary>Overwrites the stack that finished calls have left, and with it their temporary copies of secrets.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    [SkipLocalsInit]
    internal static void BurnStack()
    {
        Span<byte> stack = stackalloc byte[StackDepth];
        Erase(stack);
    }
}
