using ComputeHorde.Emulator.Python;
using ComputeHorde.Emulator.Wire;
using Microsoft.AspNetCore.Http;

namespace ComputeHorde.Emulator.Facilitator;

/// <summary>A request with its body read and its signature checked, as the views get it.</summary>
internal sealed class ApiRequest(HttpContext http, byte[] body, RequestSignature? signature)
{
    public HttpContext Http { get; } = http;

    public string Method => Http.Request.Method;

    /// <summary>The verified signature, or null when the headers are missing or unreadable.</summary>
    public RequestSignature? Signature { get; } = signature;

    /// <summary>Parses the body as the framework does; an answer instead when it cannot.</summary>
    public Answer? TryParse(out object? value)
    {
        value = null;
        if (body.Length == 0)
        {
            value = new PyDict();
            return null;
        }

        string type = Http.Request.ContentType ?? "";
        if (!type.Split(';')[0].Trim().Equals("application/json", StringComparison.OrdinalIgnoreCase))
        {
            return Answer.Json(415, "detail", $"Unsupported media type \"{type}\" in request.");
        }

        try
        {
            value = PyJsonParser.Parse(body);
            return null;
        }
        catch (PyJsonException e)
        {
            return Answer.Json(400, "detail", $"JSON parse error - {e.Message}");
        }
    }
}
