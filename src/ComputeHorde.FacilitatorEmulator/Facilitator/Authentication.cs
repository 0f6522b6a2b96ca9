using Microsoft.AspNetCore.Http;

namespace ComputeHorde.Emulator.Facilitator;

/// <summary>Reads the <c>Authorization</c> header (protocol 1.4, 1.5).</summary>
internal static class Authentication
{
    private const string Missing = "Authentication credentials were not provided.";

    /// <summary>The hotkey of a valid token, null without one; an answer when there is a bad one.</summary>
    public static Answer? Check(HttpContext http, TokenIssuer tokens, out string? hotkey)
    {
        hotkey = null;
        string[] parts = http.Request.Headers.Authorization.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 0 || !parts[0].Equals("Bearer", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        if (parts.Length != 2)
        {
            return Answer.Unauthorized("Invalid token header format.");
        }

        if (tokens.Refusal(parts[1], out string subject) is string refusal)
        {
            return Answer.Unauthorized(refusal);
        }

        hotkey = subject;
        return null;
    }

    /// <summary>As <see cref="Check"/>, but a token must be there.</summary>
    public static Answer? Require(HttpContext http, TokenIssuer tokens, out string hotkey)
    {
        Answer? refusal = Check(http, tokens, out string? found);
        hotkey = found ?? "";
        return refusal ?? (found is null ? Answer.Unauthorized(Missing) : null);
    }
}
