using System.Text.Json;
using ComputeHorde.Functions.Local.Invocation;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Functions.Local.Http;

/// <summary>Reads a parameter from the body of the request, which is JSON whatever the type, with MVC's options as its results.</summary>
internal sealed class RequestBody(Type type)
{
    /// <exception cref="FunctionInputException">The body does not fit the type, or something other than HTTP started the
    /// function.</exception>
    public async ValueTask<object?> ReadAsync(LocalFunctionContext context)
    {
        if (context.Trigger.Value is not HttpContext http)
        {
            throw new FunctionInputException("[FromBody] needs an HTTP trigger.");
        }

        var options = http.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.JsonSerializerOptions;
        try
        {
            return await JsonSerializer.DeserializeAsync(http.Request.Body, type, options, http.RequestAborted);
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            throw new FunctionInputException($"The body is not JSON that fits {type.Name}: {exception.Message}", exception);
        }
    }
}
