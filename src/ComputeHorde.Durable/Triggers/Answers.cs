using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace ComputeHorde.Durable.Triggers;

/// <summary>A text that no cache keeps and that no browser takes for anything but what it says it is.</summary>
internal sealed class TextAnswer : ContentResult
{
    public override Task ExecuteResultAsync(ActionContext context)
    {
        AnswerHeaders.Set(context.HttpContext.Response);
        return base.ExecuteResultAsync(context);
    }
}

/// <summary>A download with ranges, under the same headers: what a job returned is a stranger's work.</summary>
internal sealed class DownloadAnswer : FileStreamResult
{
    public DownloadAnswer(Stream content, string contentType)
        : base(content, contentType) => EnableRangeProcessing = true;

    public override Task ExecuteResultAsync(ActionContext context)
    {
        AnswerHeaders.Set(context.HttpContext.Response);
        return base.ExecuteResultAsync(context);
    }
}

/// <summary>A redirection to a presigned URL.</summary>
internal sealed class RedirectAnswer(Uri to) : RedirectResult(to.AbsoluteUri)
{
    public override Task ExecuteResultAsync(ActionContext context)
    {
        AnswerHeaders.Set(context.HttpContext.Response);
        return base.ExecuteResultAsync(context);
    }
}

/// <summary>The headers of every answer.</summary>
internal static class AnswerHeaders
{
    public static void Set(HttpResponse response)
    {
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'; sandbox";
    }
}
