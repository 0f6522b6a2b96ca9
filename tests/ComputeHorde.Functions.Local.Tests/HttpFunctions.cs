using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Functions.Local.Tests;

public sealed record Greeting(string Name, int Times);

/// <summary>HTTP functions of every kind of signature.</summary>
public sealed class HttpFunctions(HttpScope scope)
{
    [Function("HttpAction")]
    public static IActionResult Action(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = "action/{id:int}")] HttpRequest request,
        int id
    ) => new OkObjectResult(new Greeting(request.Method, id));

    [Function("HttpResult")]
    public static async Task<IResult> Result(
        [HttpTrigger(AuthorizationLevel.Function, "get")] HttpRequest request,
        CancellationToken cancellation
    )
    {
        await Task.Yield();
        cancellation.ThrowIfCancellationRequested();
        return Results.Json(new Greeting(request.Query["name"].ToString(), 1), statusCode: 202);
    }

    [Function("HttpObject")]
    public static IActionResult Poco(
        [HttpTrigger(AuthorizationLevel.Anonymous, Route = "object/{name}")] HttpRequest request,
        string name,
        int times = 3
    ) => new OkObjectResult(new Greeting(name, times));

    [Function("HttpPlain")]
    public static Task<Greeting> Plain([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) =>
        Task.FromResult(new Greeting(request.Method, 1));

    [Function("HttpPocoTrigger")]
    public static IActionResult PocoTrigger([HttpTrigger(AuthorizationLevel.Anonymous, "post")] Greeting greeting) =>
        new OkObjectResult(greeting);

    [Function("HttpFromBodyTrigger")]
    public static IActionResult FromBodyTrigger(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "{first}/body")]
        [Microsoft.Azure.Functions.Worker.Http.FromBody]
            string text,
        string first
    ) => new OkObjectResult(first + text);

    [Function("HttpBody")]
    public static async ValueTask<IActionResult> Body(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post")] HttpRequest request,
        [Microsoft.Azure.Functions.Worker.Http.FromBody] Greeting greeting
    )
    {
        await Task.Yield();
        return new OkObjectResult(greeting with { Times = greeting.Times + 1 });
    }

    [Function("HttpThrows")]
    public static Task<IActionResult> Throws([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) =>
        throw new InvalidOperationException("secret detail");

    [Function("HttpUnwritable")]
    public static IActionResult Unwritable([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) =>
        new OkObjectResult(new Unwritable());

    [Function("HttpScoped")]
    public IResult Scoped([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request, FunctionContext context) =>
        Results.Text(
            $"{scope.Id} {ReferenceEquals(scope, context.InstanceServices.GetService(typeof(HttpScope)))} {ReferenceEquals(context.GetHttpContext(), request.HttpContext)}"
        );

    [Function("HttpHangs")]
    public static async Task<IActionResult> Hangs(
        [HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request,
        CancellationToken cancellation
    )
    {
        await Task.Delay(Timeout.Infinite, cancellation);
        return new OkResult();
    }
}

/// <summary>A result that no serializer can read.</summary>
public sealed class Unwritable
{
    public string Name => throw new InvalidOperationException("secret detail of " + GetType().Name);
}

/// <summary>A scoped service.</summary>
public sealed class HttpScope
{
    public Guid Id { get; } = Guid.NewGuid();
}
