using Microsoft.AspNetCore.Http;

namespace ComputeHorde.Functions.Local.Http;

/// <summary>What parameters beside the request can take by name.</summary>
internal static class HttpBinding
{
    /// <summary>The query, and over it the route.</summary>
    public static IReadOnlyDictionary<string, object?> Data(HttpContext http)
    {
        var data = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in http.Request.Query)
        {
            data[name] = value.ToString();
        }

        foreach (var (name, value) in http.Request.RouteValues)
        {
            data[name] = value;
        }

        return data;
    }
}
