using ComputeHorde.Functions.Local.Invocation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Functions.Local.Http;

/// <summary>The HTTP functions as endpoints below the route prefix.</summary>
internal sealed class HttpEndpoints(string routePrefix, string? key, RequestLimit limit, FunctionRunner runner, ILogger logger)
{
    /// <summary>The route of an HTTP function, without a leading slash.</summary>
    public static string Route(HttpTriggerAttribute trigger, string functionName, string routePrefix) =>
        $"{routePrefix}/{(trigger.Route ?? functionName).TrimStart('/')}".Trim('/');

    /// <exception cref="LocalFunctionsException">A route template is not valid.</exception>
    public void Map(IEndpointRouteBuilder endpoints, RunnableFunction function)
    {
        var trigger = (HttpTriggerAttribute)function.Descriptor.Trigger.Attribute;
        var route = Route(trigger, function.Name, routePrefix);
        try
        {
            var pattern = RoutePatternFactory.Parse(route);
            var needed = trigger.AuthLevel == AuthorizationLevel.Anonymous ? null : key;
            RequestDelegate handler = http =>
                needed is null || FunctionKeys.Allow(http.Request, needed)
                    ? limit.RunAsync(http, allowed => HandleAsync(allowed, function))
                    : Results
                        .Problem("Send the key of functions.key in header x-functions-key.", statusCode: StatusCodes.Status401Unauthorized)
                        .ExecuteAsync(http);
            _ = trigger.Methods is { Length: > 0 } methods
                ? endpoints.MapMethods(pattern.RawText!, methods.Select(method => method.ToUpperInvariant()), handler)
                : endpoints.Map(pattern, handler);
        }
        catch (RoutePatternException exception)
        {
            throw new LocalFunctionsException(
                $"Function '{function.Name}': the route '{route}' is not valid: {exception.Message}",
                exception
            );
        }

        if (trigger.AuthLevel != AuthorizationLevel.Anonymous && key is null)
        {
            logger.KeysNotChecked(trigger.AuthLevel.ToString(), function.Name);
        }
    }

    private async Task HandleAsync(HttpContext http, RunnableFunction function)
    {
        var trigger = new TriggerInput(http, HttpBinding.Data(http), $"{http.Request.Method} {http.Request.Path}");
        object? result;
        try
        {
            result = await runner.RunAsync(function, trigger, http.RequestServices, http.RequestAborted);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (Exception exception) when (!http.Response.HasStarted)
        {
            // The runner has logged it; the caller learns no more than whose error it was.
            http.Response.Clear();
            await HttpResults.WriteErrorAsync(http, exception);
            return;
        }

        try
        {
            var answer = function.Outputs.HttpResult(result);
            if (!HttpResults.CanWrite(answer))
            {
                logger.ResultNotWritten(function.Name, answer!.GetType().Name);
            }

            await HttpResults.WriteAsync(http, answer);
        }
        catch (Exception exception) when (!http.Response.HasStarted && !http.RequestAborted.IsCancellationRequested)
        {
            // A result can be something that does not serialise, or a stream that breaks: that too is the function's error, and told no
            // further.
            logger.ResultFailed(exception, function.Name);
            http.Response.Clear();
            await HttpResults.WriteErrorAsync(http, exception);
        }
    }
}
