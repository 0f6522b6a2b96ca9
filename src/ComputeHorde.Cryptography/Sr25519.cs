using System.Buffers.Binary;
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

    /// <summary>Signatures that one combination holds: more gain little, and need 2.5 KiB each.</summary>
    private const int BatchSize = 64;

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
        if (!Equation.TryRead(publicKey, message, signature, out var equation))
        {
            return false;
        }

        // s·B = R + k·A, multiplied by the denominator of k = numerator / denominator, has scalars of half the length.
        var negative = HalfSizeScalars.Split(equation.K, out var numerator, out var denominator);
        var b = equation.S * denominator;
        var sum = VariableTimeMultiply.Sum(
            negative ? -b : b,
            [numerator, denominator],
            [-equation.A, negative ? equation.R : -equation.R]);
        return Ristretto255.IsIdentity(sum);
    }

    /// <summary>
    /// Checks many signatures at once, in about half the time that checking each takes: a random combination of all equations holds if
    /// all hold, and with probability below 2^-126 otherwise (Bernstein et al., "High-speed high-security signatures", section 5).
    /// </summary>
    /// <param name="batch">Any number of signatures. More than 64 are checked 64 at a time.</param>
    /// <returns>Whether all of them are valid; true for none. It does not tell which one is not: check each then.</returns>
    public static bool VerifyBatch(ReadOnlySpan<Sr25519SignedMessage> batch)
    {
        while (batch.Length > BatchSize)
        {
            if (!VerifyChunk(batch[..BatchSize]))
            {
                return false;
            }

            batch = batch[BatchSize..];
        }

        return VerifyChunk(batch);
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

    /// <summary>The challenge k of a signature.</summary>
    internal static Scalar Challenge(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> r)
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

    private static bool VerifyChunk(ReadOnlySpan<Sr25519SignedMessage> chunk)
    {
        var scalars = new Scalar[2 * chunk.Length];
        var points = new EdwardsPoint[2 * chunk.Length];
        Span<byte> random = stackalloc byte[16];
        var b = default(Scalar);
        for (var i = 0; i < chunk.Length; i++)
        {
            var signed = chunk[i];
            if (!Equation.TryRead(signed.PublicKey.Span, signed.Message.Span, signed.Signature.Span, out var equation))
            {
                return false;
            }

            RandomNumberGenerator.Fill(random);
            var weight = Scalar.FromUInt128(BinaryPrimitives.ReadUInt128LittleEndian(random));
            b = Scalar.MultiplyAdd(equation.S, weight, b);
            (scalars[2 * i], points[2 * i]) = (weight, -equation.R);
            (scalars[(2 * i) + 1], points[(2 * i) + 1]) = (weight * equation.K, -equation.A);
        }

        return Ristretto255.IsIdentity(VariableTimeMultiply.Sum(b, scalars, points));
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

    /// <summary>What a signature claims: s·B = R + k·A.</summary>
    private struct Equation
    {
        internal Scalar S, K;
        internal EdwardsPoint R, A;

        /// <summary>Reads a signature and refuses every form that is not the only one of its values, and both identities.</summary>
        internal static bool TryRead(
            ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature, out Equation equation)
        {
            equation = default;
            if (signature.Length != SignatureSize || (signature[SignatureSize - 1] & Marker) == 0)
            {
                return false;
            }

            Span<byte> s = stackalloc byte[Scalar.Size];
            signature[Ristretto255.Size..].CopyTo(s);
            s[^1] ^= Marker;
            var r = signature[..Ristretto255.Size];
            if (!Scalar.TryFromCanonicalBytes(s, out equation.S)
                || !Ristretto255.TryDecode(publicKey, out equation.A)
                || !Ristretto255.TryDecode(r, out equation.R)
                || Ristretto255.IsIdentity(equation.A)
                || Ristretto255.IsIdentity(equation.R))
            {
                return false;
            }

            equation.K = Challenge(publicKey, message, r);
            return true;
        }
    }
}
