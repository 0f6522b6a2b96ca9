using ComputeHorde.Durable.LocalRuntime.FunctionsHost.Invocation;
using Microsoft.AspNetCore.Http;

namespace ComputeHorde.Durable.LocalRuntime.FunctionsHost.Http;

/// <summary>Reads a parameter from the body of the request.</summary>
internal sealed class RequestBody(Type type, ValueConverter converter)
{
    /// <exception cref="FunctionInputException">The body does not fit the type, or something other than HTTP started the function.</exception>
    public async ValueTask<object?> ReadAsync(LocalFunctionContext context)
    {
        if (context.Trigger.Value is not HttpContext http)
            throw new FunctionInputException("[FromBody] needs an HTTP trigger.");
        if (type == typeof(Stream))
            return http.Request.Body;

        var body = await BinaryData.FromStreamAsync(http.Request.Body, http.RequestAborted);
        return converter.FromBody(body, type);
    }
}
