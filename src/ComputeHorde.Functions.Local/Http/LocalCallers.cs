using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ComputeHorde.Functions.Local.Http;

/// <summary>
/// Keeps other people's web pages from the functions of this machine. Loopback alone does not: a browser sends what a page tells it to, and
/// a name that someone points at 127.0.0.1 lets the page read the answers too (DNS rebinding). Programs send neither a foreign Host nor an
/// Origin.
/// </summary>
internal static class LocalCallers
{
    public static void Require(IApplicationBuilder application) =>
        application.Use(
            static (http, next) =>
                !IsLoopback(http.Request.Host.Host) ? RefuseAsync(http, "Host", "must be localhost or a loopback address.")
                : http.Request.Headers.Origin is { Count: > 0 } origin && !IsLocal(origin)
                    ? RefuseAsync(http, "Origin", "must be on this machine.")
                : next(http)
        );

    private static bool IsLocal(string? origin) => Uri.TryCreate(origin, UriKind.Absolute, out var uri) && IsLoopback(uri.Host);

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static Task RefuseAsync(HttpContext http, string header, string rule) =>
        Results
            .ValidationProblem(
                new Dictionary<string, string[]> { [header] = [rule] },
                statusCode: StatusCodes.Status403Forbidden,
                title: "Only this machine is answered"
            )
            .ExecuteAsync(http);
}
