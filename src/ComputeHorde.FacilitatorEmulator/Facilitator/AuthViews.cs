using System.Text;
using ComputeHorde.Emulator.Python;
using ComputeHorde.Emulator.Wire;

namespace ComputeHorde.Emulator.Facilitator;

/// <summary><c>/auth/nonce</c> and <c>/auth/login</c> (protocol 1.1, 1.2).</summary>
internal sealed class AuthViews(TokenIssuer tokens, CounterBook counters)
{
    public Answer Nonce(ApiRequest request)
    {
        if (Authentication.Check(request.Http, tokens, out _) is { } refusal)
        {
            return refusal;
        }

        counters.Nonces.Add();
        return Answer.Json(200, "nonce", tokens.Nonce());
    }

    public Answer Login(ApiRequest request)
    {
        if ((Authentication.Check(request.Http, tokens, out _) ?? request.TryParse(out object? body)) is { } refusal)
        {
            return refusal;
        }

        request.TryParse(out body);
        if (body is not PyDict login)
        {
            throw new UnkindException("The login body must be a JSON object.");
        }

        foreach (string field in new[] { "hotkey", "signature", "nonce" })
        {
            if (login.Get(field) is null or "" or false)
            {
                return Answer.Json(400, "error", $"Missing {field}");
            }
        }

        if (login.GetText("nonce") is not string nonce)
        {
            throw new UnkindException("The nonce must be a text.");
        }

        if (!tokens.IsValidNonce(nonce))
        {
            return Answer.Json(400, "error", "Invalid nonce");
        }

        if (
            login.GetText("hotkey") is not string hotkey
            || !SignatureCheck.TryPublicKey(hotkey, out _)
            || login.GetText("signature") is not string hex
            || !TryHex(hex, out byte[] signature)
            || signature.Length != 64
        )
        {
            return Answer.Json(400, "error", "Nonce expired or not found");
        }

        if (!SignatureCheck.VerifiesBytes(hotkey, Encoding.UTF8.GetBytes(nonce), signature))
        {
            return Answer.Json(401, "error", "Invalid signature");
        }

        if (!tokens.IsAllowed(hotkey))
        {
            return Answer.Json(400, "error", "Hotkey not allowed");
        }

        counters.Logins.Add();
        return Answer.Json(200, "token", tokens.Issue(hotkey));
    }

    private static bool TryHex(string text, out byte[] bytes)
    {
        bytes = new byte[text.Length / 2];
        return Convert.FromHexString(text, bytes, out _, out int written) == System.Buffers.OperationStatus.Done && written == bytes.Length;
    }
}
