using System.Runtime.InteropServices;

namespace ComputeHorde.Cryptography;

/// <summary>The functions of libsodium 1.0.22 that are used here; <see cref="SodiumLibrary"/> finds it, checks it and loads it.</summary>
internal static partial class Sodium
{
    private const string Library = "libsodium";

    static Sodium() => NativeLibrary.SetDllImportResolver(typeof(Sodium).Assembly, SodiumLibrary.Resolve);

    /// <summary>Guarded, locked memory, filled with 0xdb; zero when there is none.</summary>
    [LibraryImport(Library, EntryPoint = "sodium_malloc")]
    internal static partial nint Malloc(nuint size);

    [LibraryImport(Library, EntryPoint = "sodium_mprotect_readonly")]
    internal static partial int ProtectReadOnly(nint memory);

    /// <summary>Erases and frees, whatever the protection.</summary>
    [LibraryImport(Library, EntryPoint = "sodium_free")]
    internal static partial void Free(nint memory);

    [LibraryImport(Library, EntryPoint = "crypto_generichash_blake2b")]
    internal static partial int Blake2b(
        Span<byte> digest,
        nuint digestSize,
        ReadOnlySpan<byte> data,
        ulong dataSize,
        ReadOnlySpan<byte> key,
        nuint keySize
    );

    [LibraryImport(Library, EntryPoint = "crypto_core_keccak1600_init")]
    internal static partial void KeccakInit(Span<byte> state);

    [LibraryImport(Library, EntryPoint = "crypto_core_keccak1600_xor_bytes")]
    internal static partial void KeccakXor(Span<byte> state, ReadOnlySpan<byte> bytes, nuint offset, nuint length);

    [LibraryImport(Library, EntryPoint = "crypto_core_keccak1600_extract_bytes")]
    internal static partial void KeccakExtract(ReadOnlySpan<byte> state, Span<byte> bytes, nuint offset, nuint length);

    [LibraryImport(Library, EntryPoint = "crypto_core_keccak1600_permute_24")]
    internal static partial void KeccakPermute(Span<byte> state);

    /// <summary>64 bytes modulo the group order.</summary>
    [LibraryImport(Library, EntryPoint = "crypto_core_ristretto255_scalar_reduce")]
    internal static partial void ScalarReduce(Span<byte> scalar, ReadOnlySpan<byte> wide);

    [LibraryImport(Library, EntryPoint = "crypto_core_ristretto255_scalar_add")]
    internal static partial void ScalarAdd(Span<byte> sum, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right);

    [LibraryImport(Library, EntryPoint = "crypto_core_ristretto255_scalar_mul")]
    internal static partial void ScalarMultiply(Span<byte> product, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right);

    /// <summary>Not 0 when the result is the identity.</summary>
    [LibraryImport(Library, EntryPoint = "crypto_scalarmult_ristretto255_base")]
    internal static partial int MultiplyBase(Span<byte> element, ReadOnlySpan<byte> scalar);

    /// <summary>Not 0 when the element is not canonical or the result is the identity.</summary>
    [LibraryImport(Library, EntryPoint = "crypto_scalarmult_ristretto255")]
    internal static partial int Multiply(Span<byte> product, ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> element);

    /// <summary>Not 0 when an element is not canonical.</summary>
    [LibraryImport(Library, EntryPoint = "crypto_core_ristretto255_sub")]
    internal static partial int Subtract(Span<byte> difference, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right);

    [LibraryImport(Library, EntryPoint = "crypto_pwhash_argon2i")]
    internal static partial int Argon2i(
        Span<byte> key,
        ulong keySize,
        ReadOnlySpan<byte> password,
        ulong passwordSize,
        ReadOnlySpan<byte> salt,
        ulong passes,
        nuint memory,
        int algorithm
    );

    /// <summary>Not 0 when the box was not made with this key.</summary>
    [LibraryImport(Library, EntryPoint = "crypto_secretbox_open_easy")]
    internal static partial int OpenSecretBox(
        Span<byte> message,
        ReadOnlySpan<byte> box,
        ulong boxSize,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> key
    );
}
