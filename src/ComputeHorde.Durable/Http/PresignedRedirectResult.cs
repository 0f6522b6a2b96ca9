using Microsoft.AspNetCore.Mvc;

namespace ComputeHorde.Durable.Http;

/// <summary>A redirection to a presigned URL.</summary>
internal sealed class PresignedRedirectResult(Uri to) : RedirectResult(to.AbsoluteUri)
{
    public override Task ExecuteResultAsync(ActionContext context)
    {
        SecurityHeaders.Set(context.HttpContext.Response);
        return base.ExecuteResultAsync(context);
    }
}
