using ComputeHorde.Functions.Local.Invocation;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;

namespace ComputeHorde.Functions.Local.Http;

/// <summary>Writes what an HTTP function returned.</summary>
internal static class HttpResults
{
    /// <summary>Whether a result is one that is written: of any other, as in Azure, the caller sees nothing.</summary>
    public static bool CanWrite(object? result) => result is null or IActionResult or IResult;

    public static Task WriteAsync(HttpContext http, object? result) =>
        result switch
        {
            IActionResult action => action.ExecuteResultAsync(new ActionContext(http, http.GetRouteData(), new ActionDescriptor())),
            IResult endpoint => endpoint.ExecuteAsync(http),
            _ => Task.CompletedTask,
        };

    /// <summary>Answers a function's failure: 400 for input that does not fit, the server's own codes (as 413), 503 where the task hub
    /// cannot be written, 500 for the rest.</summary>
    public static Task WriteErrorAsync(HttpContext http, Exception exception) =>
        exception switch
        {
            FunctionInputException input => Results.Problem(input.Message, statusCode: StatusCodes.Status400BadRequest).ExecuteAsync(http),
            BadHttpRequestException bad => Results.Problem(bad.Message, statusCode: bad.StatusCode).ExecuteAsync(http),
            _ when IsHubOutage(exception) => Results
                .Problem("The task hub cannot be written at the moment: try again.", statusCode: StatusCodes.Status503ServiceUnavailable)
                .ExecuteAsync(http),
            _ => Results.StatusCode(StatusCodes.Status500InternalServerError).ExecuteAsync(http),
        };

    private static bool IsHubOutage(Exception? exception) =>
        exception is RpcException { StatusCode: StatusCode.Unavailable } || (exception?.InnerException is { } inner && IsHubOutage(inner));
}
