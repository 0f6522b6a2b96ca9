using System.Security.Cryptography;

namespace ComputeHorde.Cryptography;

/// <summary>
/// Hierarchical derivation of sr25519 keys (schnorrkel's HDKD): transcript <c>SchnorrRistrettoHDKD</c> over a chain code of 32 bytes.
/// Hard children need the secret key; soft ones are children of the public key too.
/// </summary>
internal static class Sr25519Derivation
{
    /// <summary>The seed of a hard child.</summary>
    internal static void DeriveHard(ReadOnlySpan<byte> secretKey, ReadOnlySpan<byte> chainCode, Span<byte> childSeed)
    {
        var transcript = Begin(chainCode);
        transcript.Append("secret-key"u8, secretKey[..Sr25519.ScalarSize]);
        transcript.Challenge("HDKD-hard"u8, childSeed);
    }

    /// <summary>The secret key of a soft child; its nonce seed is drawn afresh, so only its scalar is reproducible.</summary>
    internal static void DeriveSoft(
        ReadOnlySpan<byte> secretKey,
        ReadOnlySpan<byte> publicKey,
        ReadOnlySpan<byte> chainCode,
        Span<byte> childSecretKey
    )
    {
        Span<byte> randomness = stackalloc byte[32],
            offset = stackalloc byte[Sr25519.ScalarSize];
        RandomNumberGenerator.Fill(randomness);
        var transcript = Begin(chainCode);
        transcript.Append("public-key"u8, publicKey);
        transcript.ChallengeScalar("HDKD-scalar"u8, offset);
        transcript.Witness("HDKD-nonce"u8, secretKey, randomness, childSecretKey[Sr25519.ScalarSize..]);
        Sodium.ScalarAdd(childSecretKey, secretKey, offset);
        SecretMemory.Erase(randomness);
    }

    private static MerlinTranscript Begin(ReadOnlySpan<byte> chainCode)
    {
        var transcript = new MerlinTranscript("SchnorrRistrettoHDKD"u8);
        transcript.Append("sign-bytes"u8, []);
        transcript.Append("chain-code"u8, chainCode);
        return transcript;
    }
}
