using ComputeHorde.Durable.LocalRuntime.FunctionsHost.Invocation;
using Microsoft.AspNetCore.Http;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>The HTTP side of an invocation.</summary>
public static class FunctionContextExtensions
{
    /// <summary>Finds the request that started the invocation.</summary>
    /// <param name="context">The invocation.</param>
    /// <returns>The HTTP context; null when something else started the function.</returns>
    public static HttpContext? GetHttpContext(this FunctionContext context) => (context as LocalFunctionContext)?.Trigger.Value as HttpContext;
}
