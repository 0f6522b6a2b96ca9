using Microsoft.AspNetCore.Mvc;

namespace ComputeHorde.Durable.Http;

internal sealed class PresignedRedirectResult(Uri to) : RedirectResult(to.AbsoluteUri)
{
    public override Task ExecuteResultAsync(ActionContext context)
    {
        SecurityHeaders.Set(context.HttpContext.Response);
        return base.ExecuteResultAsync(context);
    }
}
