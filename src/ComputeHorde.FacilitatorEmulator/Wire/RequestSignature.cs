using System.Globalization;
using System.Numerics;
using ComputeHorde.Emulator.Python;
using Microsoft.AspNetCore.Http;

namespace ComputeHorde.Emulator.Wire;

/// <summary>What the five <c>X-CH-*</c> headers say (protocol 3.1).</summary>
/// <param name="Type">The signature type; never checked on receipt.</param>
/// <param name="Signatory">SS58 address of the signing hotkey.</param>
/// <param name="TimestampNs">Nanoseconds since the Unix epoch; must fit eight unsigned bytes to verify.</param>
/// <param name="Signature">The signature bytes.</param>
/// <param name="FullRequest">True for scope <c>FullRequest</c>, false for <c>SignedFields</c>.</param>
internal sealed record RequestSignature(string Type, string Signatory, BigInteger TimestampNs, byte[] Signature, bool FullRequest)
{
    /// <summary>Reads the headers; null when one is missing or unreadable, which the facilitator treats as "not signed".</summary>
    public static RequestSignature? Read(IHeaderDictionary headers)
    {
        if (
            !headers.TryGetValue("X-CH-Signature-Type", out var type)
            || !headers.TryGetValue("X-CH-Signatory", out var signatory)
            || !headers.TryGetValue("X-CH-Timestamp-NS", out var timestamp)
            || !headers.TryGetValue("X-CH-Signature", out var signature)
            || !TryInteger(timestamp.ToString(), out BigInteger nanoseconds)
            || !TryBase64(signature.ToString(), out byte[] bytes)
        )
        {
            return null;
        }

        bool? full = headers.TryGetValue("X-CH-Signature-Scope", out var scope)
            ? scope.ToString() switch
            {
                "SignedFields" => false,
                "FullRequest" => true,
                _ => null,
            }
            : false;
        return full is null ? null : new RequestSignature(type.ToString(), signatory.ToString(), nanoseconds, bytes, full.Value);
    }

    private static bool TryInteger(string text, out BigInteger value) =>
        BigInteger.TryParse(PyText.Strip(text), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    /// <summary>Python's <c>b64decode</c>: characters outside the alphabet are skipped, padding must be right.</summary>
    private static bool TryBase64(string text, out byte[] bytes)
    {
        string kept = string.Concat(text.Where(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '/' or '='));
        bytes = new byte[kept.Length];
        if (!Convert.TryFromBase64String(kept, bytes, out int written))
        {
            return false;
        }

        bytes = bytes[..written];
        return true;
    }
}
