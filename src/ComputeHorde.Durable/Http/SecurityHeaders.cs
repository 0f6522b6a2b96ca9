using Microsoft.AspNetCore.Http;

namespace ComputeHorde.Durable.Http;

/// <summary>The headers of every answer.</summary>
internal static class SecurityHeaders
{
    public static void Set(HttpResponse response)
    {
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'; sandbox";
    }
}
