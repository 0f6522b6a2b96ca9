using System.Security.Cryptography;

namespace ComputeHorde.Cryptography;

/// <summary>
/// sr25519 signatures: Schnorr over ristretto255 with Merlin transcripts, as in schnorrkel 0.11 and Substrate, signing context
/// <c>substrate</c>. Public keys have 32 bytes, signatures 64: R ‖ s, with bit 0x80 of the last byte set.
/// </summary>
public static class Sr25519
{
    /// <summary>Size of a seed (mini secret), in bytes: 32.</summary>
    public const int SeedSize = 32;

    /// <summary>Size of a public key, in bytes: 32.</summary>
    public const int PublicKeySize = 32;

    /// <summary>Size of a secret key in schnorrkel's canonical form (scalar ‖ nonce), in bytes: 64.</summary>
    public const int SecretKeySize = 64;

    /// <summary>Size of a signature, in bytes: 64.</summary>
    public const int SignatureSize = 64;

    /// <summary>Size of a chain code of a derivation, in bytes: 32.</summary>
    public const int ChainCodeSize = 32;

    /// <summary>Size of a scalar, and of an element of the group, in bytes.</summary>
    internal const int ScalarSize = 32;

    /// <summary>Marks a signature as sr25519, in its last byte.</summary>
    private const byte Marker = 0x80;

    /// <summary>Made late, so that a missing library is an error of the call and not of this type.</summary>
    private static readonly Lazy<MerlinTranscript> s_context = new(() =>
    {
        var transcript = new MerlinTranscript("SigningContext"u8);
        transcript.Append([], "substrate"u8);
        return transcript;
    });

    /// <summary>
    /// Checks a signature. Takes no secrets, allocates nothing, and does not throw: whatever is not a valid signature is just not one.
    /// </summary>
    /// <param name="publicKey">The signer's key, 32 bytes. A string that is not the canonical encoding of a ristretto255 element, and the
    /// identity (all zeros), verify nothing.</param>
    /// <param name="message">The signed bytes.</param>
    /// <param name="signature">64 bytes. The marker bit must be set, s must be below the group order, and R canonical and not the
    /// identity.</param>
    /// <returns>Whether the signature is valid.</returns>
    /// <exception cref="DllNotFoundException">libsodium is missing on this platform, or is not the one of the package.</exception>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (publicKey.Length != PublicKeySize || signature.Length != SignatureSize || (signature[^1] & Marker) == 0)
        {
            return false;
        }

        Span<byte> s = stackalloc byte[ScalarSize];
        signature[ScalarSize..].CopyTo(s);
        s[^1] ^= Marker;
        var r = signature[..ScalarSize];
        if (!IsScalar(s) || !r.ContainsAnyExcept((byte)0))
        {
            return false;
        }

        // s·B - k·A is R. Its encoding is canonical, so an R that equals it is.
        Span<byte> k = stackalloc byte[ScalarSize],
            left = stackalloc byte[ScalarSize],
            right = stackalloc byte[ScalarSize];
        Challenge(publicKey, message, r, k);
        return Sodium.Multiply(right, k, publicKey) == 0
            && Sodium.MultiplyBase(left, s) == 0
            && Sodium.Subtract(left, left, right) == 0
            && left.SequenceEqual(r);
    }

    /// <summary>
    /// Signs in constant time; the nonce depends on the transcript, the key's nonce seed and <paramref name="randomness"/>.
    /// </summary>
    internal static void Sign(
        ReadOnlySpan<byte> secretKey,
        ReadOnlySpan<byte> publicKey,
        ReadOnlySpan<byte> message,
        ReadOnlySpan<byte> randomness,
        Span<byte> signature
    )
    {
        var transcript = Begin(publicKey, message);
        Span<byte> witness = stackalloc byte[2 * ScalarSize],
            nonce = stackalloc byte[ScalarSize],
            k = stackalloc byte[ScalarSize];
        transcript.Witness("signing"u8, secretKey[ScalarSize..], randomness, witness);
        Sodium.ScalarReduce(nonce, witness);

        var r = signature[..ScalarSize];
        var s = signature[ScalarSize..];
        if (Sodium.MultiplyBase(r, nonce) != 0)
        {
            throw new CryptographicException("The nonce of the signature is zero; that does not happen unless the computer is broken.");
        }

        transcript.Append("sign:R"u8, r);
        transcript.ChallengeScalar("sign:c"u8, k);
        Sodium.ScalarMultiply(k, k, secretKey[..ScalarSize]);
        Sodium.ScalarAdd(s, k, nonce);
        s[^1] |= Marker;
        SecretMemory.Erase(witness);
        SecretMemory.Erase(nonce);
        SecretMemory.Erase(k);
    }

    /// <summary>The public key of a secret key.</summary>
    /// <exception cref="ArgumentException">The scalar is zero, or not below the group order.</exception>
    internal static void DerivePublicKey(ReadOnlySpan<byte> secretKey, Span<byte> publicKey)
    {
        var scalar = secretKey[..ScalarSize];
        if (!IsScalar(scalar) || Sodium.MultiplyBase(publicKey, scalar) != 0)
        {
            throw new ArgumentException("The scalar of the secret key is zero or not below the group order.", nameof(secretKey));
        }
    }

    /// <summary>
    /// Expands a seed in ed25519 mode: SHA-512, the first half clamped and divided by the cofactor 8, the second the nonce.
    /// </summary>
    internal static void ExpandSeed(ReadOnlySpan<byte> seed, Span<byte> secretKey)
    {
        SHA512.HashData(seed, secretKey);
        secretKey[0] &= 248;
        secretKey[31] &= 63;
        secretKey[31] |= 64;
        for (var i = 0; i < ScalarSize; i++)
        {
            var next = i + 1 < ScalarSize ? secretKey[i + 1] : 0;
            secretKey[i] = (byte)((secretKey[i] >> 3) | (next << 5));
        }
    }

    /// <summary>The challenge k of a signature.</summary>
    internal static void Challenge(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> r, Span<byte> k)
    {
        var transcript = Begin(publicKey, message);
        transcript.Append("sign:R"u8, r);
        transcript.ChallengeScalar("sign:c"u8, k);
    }

    private static MerlinTranscript Begin(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message)
    {
        var transcript = s_context.Value;
        transcript.Append("sign-bytes"u8, message);
        transcript.Append("proto-name"u8, "Schnorr-sig"u8);
        transcript.Append("sign:pk"u8, publicKey);
        return transcript;
    }

    /// <summary>Whether the scalar is below the group order, in constant time: it is what it is modulo the order.</summary>
    private static bool IsScalar(ReadOnlySpan<byte> scalar)
    {
        Span<byte> wide = stackalloc byte[2 * ScalarSize],
            reduced = stackalloc byte[ScalarSize];
        wide.Clear();
        scalar.CopyTo(wide);
        Sodium.ScalarReduce(reduced, wide);
        var same = CryptographicOperations.FixedTimeEquals(reduced, scalar);
        SecretMemory.Erase(wide);
        SecretMemory.Erase(reduced);
        return same;
    }
}
