using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace ComputeHorde.Emulator.Control;

/// <summary>
/// Keeps web pages of others from the control endpoints, which need no token. A page can send a request to any address, so a name of this
/// machine must be asked for (against DNS rebinding), no page of another origin may ask, and bodies must be JSON, which such a page cannot
/// send without being allowed to.
/// </summary>
internal static class BrowserGuard
{
    /// <summary>The status and reason of a refusal; null when the request may pass.</summary>
    public static (int Status, string Reason)? Refusal(HttpRequest request)
    {
        if (!IsLoopback(request.Host.Host))
        {
            return (403, "The emulator's own endpoints are only for this machine: ask for 127.0.0.1 or localhost.");
        }

        StringValues origin = request.Headers.Origin;
        if (
            origin.Count > 0
            && !(
                Uri.TryCreate(origin, UriKind.Absolute, out Uri? page)
                && page.Scheme == request.Scheme
                && page.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase)
            )
        )
        {
            return (403, "The emulator's own endpoints are not for pages of another origin.");
        }

        if (request.Headers["Sec-Fetch-Site"] is [{ } site] && site is not ("same-origin" or "none"))
        {
            return (403, "The emulator's own endpoints are not for pages of another origin.");
        }

        bool hasBody = request.ContentLength > 0 || request.Headers.TransferEncoding.Count > 0;
        return hasBody && !request.HasJsonContentType() ? (415, "Send JSON, as Content-Type: application/json.") : null;
    }

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));
}
