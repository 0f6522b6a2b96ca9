using ComputeHorde.Emulator.Horde;
using ComputeHorde.Emulator.Python;
using ComputeHorde.Emulator.Wire;
using Microsoft.AspNetCore.Http;

namespace ComputeHorde.Emulator.Facilitator;

/// <summary>
/// Checks the signature of every request that carries one, before anything else looks at it; a wrong one breaks the
/// facilitator (protocol 2.1, 2.5).
/// </summary>
internal static class SignatureMiddleware
{
    /// <summary>Django's default limit of a body that is read into memory.</summary>
    public const int MaxSignedBodyBytes = 2_621_440;

    /// <summary>Reads the body and checks the signature. Throws <see cref="UnkindException"/>.</summary>
    public static async Task<ApiRequest> ReadAsync(HttpContext http)
    {
        RequestSignature? signature = RequestSignature.Read(http.Request.Headers);
        if (signature is not null && http.Request.ContentLength > MaxSignedBodyBytes)
        {
            throw TooLarge(http.Request.ContentLength.Value);
        }

        byte[] body = await ReadBodyAsync(http);
        if (signature is not null)
        {
            if (body.Length > MaxSignedBodyBytes)
            {
                throw TooLarge(body.Length);
            }

            await CpuGate.RunAsync(() => Check(signature, body), http.RequestAborted);
        }

        return new ApiRequest(http, body, signature);
    }

    /// <summary>True, or throws.</summary>
    private static bool Check(RequestSignature signature, byte[] body)
    {
        object? json = null;
        try
        {
            json = PyJsonParser.Parse(body);
        }
        catch (PyJsonException e) when (!signature.FullRequest)
        {
            throw new UnkindException($"The request is signed but its body is not JSON: {e.Message}", e);
        }
        catch (PyJsonException)
        {
            // The full request of an unreadable body is the text "null".
        }

        string text;
        try
        {
            text = signature.FullRequest ? PyJsonWriter.DumpsSorted(json) : SignedFields.FromBody(json);
        }
        catch (FormatException e)
        {
            throw new UnkindException($"SignedFields cannot be built: {e.Message}", e);
        }

        if (!SignatureCheck.TryPublicKey(signature.Signatory, out _))
        {
            throw new UnkindException("X-CH-Signatory is no SS58 address.");
        }

        if (!SignatureCheck.Verifies(signature, text))
        {
            throw new UnkindException(
                $"X-CH-Signature does not verify. The facilitator expects it over the scope {(signature.FullRequest ? "FullRequest" : "SignedFields")}: {text}"
            );
        }

        return true;
    }

    private static async Task<byte[]> ReadBodyAsync(HttpContext http)
    {
        using var buffer = new MemoryStream((int)Math.Min(http.Request.ContentLength ?? 0, MaxSignedBodyBytes));
        await http.Request.Body.CopyToAsync(buffer, http.RequestAborted);
        return buffer.ToArray();
    }

    private static UnkindException TooLarge(long length) =>
        new($"A signed body may have {MaxSignedBodyBytes} bytes; this one has {length}.") { Status = 400 };
}
