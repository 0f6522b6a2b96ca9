using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using ComputeHorde.Cryptography;

namespace ComputeHorde.Sdk.Signing;

/// <summary>Makes the <c>X-CH-*</c> headers (protocol 3.1, 3.2).</summary>
internal static class RequestSigner
{
    public const string SignedFieldsScope = "SignedFields";
    public const string FullRequestScope = "FullRequest";

    /// <summary>Signs a text at a time.</summary>
    public static async ValueTask<IReadOnlyList<KeyValuePair<string, string>>> SignAsync(
        ISigner signer,
        string text,
        string scope,
        DateTimeOffset time,
        CancellationToken cancellationToken
    )
    {
        var timestamp = Nanoseconds(time);
        var digest = new byte[64];
        Blake2b.Hash(HashedBytes(timestamp, text), digest);
        var signature = await signer.SignAsync(digest, cancellationToken);
        if (signature.Length != 64)
        {
            throw new ComputeHordeException($"The signer returned {signature.Length} bytes; an sr25519 signature has 64.");
        }

        return
        [
            new("X-CH-Signature-Type", "bittensor"),
            new("X-CH-Signatory", signer.Hotkey),
            new("X-CH-Timestamp-NS", timestamp.ToString(CultureInfo.InvariantCulture)),
            new("X-CH-Signature", Convert.ToBase64String(signature)),
            new("X-CH-Signature-Scope", scope),
        ];
    }

    /// <summary>The bytes under the digest: the time, big-endian, then the text as a JSON string literal.</summary>
    public static byte[] HashedBytes(ulong timestampNs, string text)
    {
        var literal = PythonJson.Literal(text);
        var bytes = new byte[8 + literal.Length];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, timestampNs);
        Encoding.ASCII.GetBytes(literal, bytes.AsSpan(8));
        return bytes;
    }

    private static ulong Nanoseconds(DateTimeOffset time) => (ulong)(time - DateTimeOffset.UnixEpoch).Ticks * 100;
}
