using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Routing;

namespace ComputeHorde.Durable.Http;

/// <summary>
/// Addresses of the API itself. Where it begins is what stands before a function's own route in the pattern that the request was routed by
/// (host.json's <c>routePrefix</c>); scheme, host and outer path are those of the request, which the worker takes from X-Forwarded-* behind
/// a gateway.
/// </summary>
internal static class ApiAddress
{
    /// <summary>The path below which the API lies, without a slash at its end.</summary>
    /// <param name="route">The route of the function that serves it.</param>
    public static string BasePath(HttpRequest request, string route)
    {
        var pattern =
            (request.HttpContext.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText?.Trim('/')
            ?? throw new InvalidOperationException("The request was not routed.");
        var prefix = pattern.EndsWith(route, StringComparison.OrdinalIgnoreCase)
            ? pattern[..^route.Length].Trim('/')
            : throw new InvalidOperationException($"The request was routed by '{pattern}', and not by '{route}'.");
        return request.PathBase.Value + (prefix.Length == 0 ? "" : "/" + prefix);
    }

    /// <summary>The address of something in the API.</summary>
    /// <param name="route">The route of the function that serves it.</param>
    /// <param name="path">The path below the API, without a slash before it.</param>
    public static string Of(HttpRequest request, string route, string path) =>
        UriHelper.BuildAbsolute(request.Scheme, request.Host, new PathString(BasePath(request, route)), new PathString("/" + path));
}
