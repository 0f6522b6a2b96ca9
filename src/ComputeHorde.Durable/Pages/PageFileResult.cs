using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace ComputeHorde.Durable.Pages;

/// <summary>
/// Sends a file of the page. The policy allows what lies beside it and nothing else: no script or style in the document, no other address,
/// no frame, and no text that becomes markup.
/// </summary>
internal sealed class PageFileResult(PageFile file) : IActionResult
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        + "require-trusted-types-for 'script'; trusted-types 'none'";

    public async Task ExecuteResultAsync(ActionContext context)
    {
        var (request, response) = (context.HttpContext.Request, context.HttpContext.Response);
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers["Cross-Origin-Opener-Policy"] = "same-origin";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";

        // Kept by the browser, and asked for each time whether it is the newest.
        response.Headers.CacheControl = "no-cache";
        response.Headers.ETag = file.Tag.ToString();
        if (request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(file.Tag, useStrongComparison: false)))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = file.ContentType;
        response.ContentLength = file.Content.Length;
        await response.Body.WriteAsync(file.Content, context.HttpContext.RequestAborted);
    }
}
