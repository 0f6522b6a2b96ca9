using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace ComputeHorde.Functions.Local.Http;

/// <summary>Checks the key of callers as Azure does: header <c>x-functions-key</c>, or <c>?code=</c>.</summary>
internal static class FunctionKeys
{
    public static bool Allow(HttpRequest request, string key)
    {
        var sent = request.Headers["x-functions-key"] is { Count: > 0 } header ? header.ToString() : request.Query["code"].ToString();
        return CryptographicOperations.FixedTimeEquals(
            SHA256.HashData(Encoding.UTF8.GetBytes(sent)),
            SHA256.HashData(Encoding.UTF8.GetBytes(key))
        );
    }
}
