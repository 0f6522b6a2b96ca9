using Microsoft.AspNetCore.Mvc;

namespace ComputeHorde.Durable.Http;

/// <summary>A download with ranges, under the same headers: what a job returned is a stranger's work.</summary>
internal sealed class DownloadResult : FileStreamResult
{
    public DownloadResult(Stream content, string contentType)
        : base(content, contentType) => EnableRangeProcessing = true;

    public override Task ExecuteResultAsync(ActionContext context)
    {
        SecurityHeaders.Set(context.HttpContext.Response);
        return base.ExecuteResultAsync(context);
    }
}
