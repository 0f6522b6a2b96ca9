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

    /// <summary>Marks a signature as sr25519, in its last byte.</summary>
    private const byte Marker = 0x80;

    private static readonly MerlinTranscript s_context = MakeContext();

    /// <summary>
    /// Checks a signature. Takes no secrets, allocates nothing, and does not throw: whatever is not a valid signature is just not one.
    /// </summary>
    /// <param name="publicKey">The signer's key, 32 bytes. A string that is not the canonical encoding of a ristretto255 element, and the
    /// identity (all zeros), verify nothing.</param>
    /// <param name="message">The signed bytes.</param>
    /// <param name="signature">64 bytes. The marker bit must be set, s must be below the group order, and R canonical and not the identity.</param>
    /// <returns>Whether the signature is valid.</returns>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (publicKey.Length != PublicKeySize
            || !TryReadSignature(signature, out var s)
            || !Ristretto255.TryDecode(publicKey, out var key)
            || Ristretto255.IsIdentity(key))
        {
            return false;
        }

        var r = signature[..Ristretto255.Size];
        var k = Challenge(publicKey, message, r);
        var expected = VariableTimeMultiply.AddProducts(k, -key, s);
        Span<byte> encoded = stackalloc byte[Ristretto255.Size];
        Ristretto255.Encode(expected, encoded);
        return encoded.SequenceEqual(r) && !Ristretto255.IsIdentity(expected);
    }

    /// <summary>Signs in constant time; the nonce depends on the transcript, the key's nonce seed and <paramref name="randomness"/>.</summary>
    internal static void Sign(
        ReadOnlySpan<byte> secretKey,
        ReadOnlySpan<byte> publicKey,
        ReadOnlySpan<byte> message,
        ReadOnlySpan<byte> randomness,
        Span<byte> signature)
    {
        var scalar = ReadScalar(secretKey);
        var transcript = Begin(publicKey, message);

        Span<byte> witness = stackalloc byte[Scalar.WideSize];
        transcript.Witness("signing"u8, secretKey[Scalar.Size..], randomness, witness);
        var r = Scalar.FromWideBytes(witness);
        SecretMemory.Erase(witness);

        var encodedR = signature[..Ristretto255.Size];
        Ristretto255.Encode(BasePointTable.Multiply(r), encodedR);
        transcript.Append("sign:R"u8, encodedR);
        var k = transcript.ChallengeScalar("sign:c"u8);
        Scalar.MultiplyAdd(k, scalar, r).CopyTo(signature[Ristretto255.Size..]);
        signature[SignatureSize - 1] |= Marker;
    }

    /// <summary>The public key of a secret key.</summary>
    internal static void DerivePublicKey(ReadOnlySpan<byte> secretKey, Span<byte> publicKey)
    {
        Ristretto255.Encode(BasePointTable.Multiply(ReadScalar(secretKey)), publicKey);
    }

    /// <summary>Expands a seed in ed25519 mode: SHA-512, the first half clamped and divided by the cofactor 8, the second the nonce.</summary>
    internal static void ExpandSeed(ReadOnlySpan<byte> seed, Span<byte> secretKey)
    {
        SHA512.HashData(seed, secretKey);
        secretKey[0] &= 248;
        secretKey[31] &= 63;
        secretKey[31] |= 64;
        for (var i = 0; i < Scalar.Size; i++)
        {
            var next = i + 1 < Scalar.Size ? secretKey[i + 1] : 0;
            secretKey[i] = (byte)((secretKey[i] >> 3) | (next << 5));
        }
    }

    private static Scalar Challenge(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> r)
    {
        var transcript = Begin(publicKey, message);
        transcript.Append("sign:R"u8, r);
        return transcript.ChallengeScalar("sign:c"u8);
    }

    private static MerlinTranscript Begin(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message)
    {
        var transcript = s_context;
        transcript.Append("sign-bytes"u8, message);
        transcript.Append("proto-name"u8, "Schnorr-sig"u8);
        transcript.Append("sign:pk"u8, publicKey);
        return transcript;
    }

    private static bool TryReadSignature(ReadOnlySpan<byte> signature, out Scalar s)
    {
        s = default;
        if (signature.Length != SignatureSize || (signature[SignatureSize - 1] & Marker) == 0)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[Scalar.Size];
        signature[Ristretto255.Size..].CopyTo(bytes);
        bytes[^1] &= 0xff ^ Marker;
        return Scalar.TryFromCanonicalBytes(bytes, out s);
    }

    /// <summary>The scalar of a secret key.</summary>
    /// <exception cref="ArgumentException">It is zero, or not below the group order.</exception>
    internal static Scalar ReadScalar(ReadOnlySpan<byte> secretKey) =>
        Scalar.TryFromCanonicalBytes(secretKey[..Scalar.Size], out var scalar) && !scalar.IsZero
            ? scalar
            : throw new ArgumentException("The scalar of the secret key is zero or not below the group order.", nameof(secretKey));

    private static MerlinTranscript MakeContext()
    {
        var transcript = new MerlinTranscript("SigningContext"u8);
        transcript.Append([], "substrate"u8);
        return transcript;
    }
}
