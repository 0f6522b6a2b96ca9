using Microsoft.AspNetCore.Mvc;

namespace ComputeHorde.Durable.Http;

/// <summary>A text that no cache keeps and that no browser takes for anything but what it says it is.</summary>
internal sealed class TextResult : ContentResult
{
    public override Task ExecuteResultAsync(ActionContext context)
    {
        SecurityHeaders.Set(context.HttpContext.Response);
        return base.ExecuteResultAsync(context);
    }
}
