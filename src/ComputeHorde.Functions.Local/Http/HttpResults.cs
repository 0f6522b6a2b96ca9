using ComputeHorde.Functions.Local.Invocation;
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

    public static Task WriteAsync(HttpContext http, object? result) => result switch
    {
        IActionResult action => action.ExecuteResultAsync(new ActionContext(http, http.GetRouteData(), new ActionDescriptor())),
        IResult endpoint => endpoint.ExecuteAsync(http),
        _ => Task.CompletedTask,
    };

    /// <summary>Answers a function's failure: 400 for input that does not fit, the server's own codes (as 413), 500 for the rest.</summary>
    public static Task WriteErrorAsync(HttpContext http, Exception exception) => exception switch
    {
        FunctionInputException input => Results.Problem(input.Message, statusCode: StatusCodes.Status400BadRequest).ExecuteAsync(http),
        BadHttpRequestException bad => Results.Problem(bad.Message, statusCode: bad.StatusCode).ExecuteAsync(http),
        _ => Results.StatusCode(StatusCodes.Status500InternalServerError).ExecuteAsync(http),
    };
}
