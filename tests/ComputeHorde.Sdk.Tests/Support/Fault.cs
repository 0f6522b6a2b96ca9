using Microsoft.AspNetCore.Http;

namespace ComputeHorde.Sdk.Tests;

/// <summary>Ways for an answer to go wrong.</summary>
public enum Fault
{
    Reset,
    CutOffBody,
    TruncatedJson,
    HtmlInsteadOfJson,
    ServerError500,
    BadGateway502,
    Unavailable503,
    GatewayTimeout504,
    RequestTimeout408,
    SlowHeaders,
    SlowBody,
    HugeJson,
}

internal static class FaultExtensions
{
    private const string Half = """{"uuid":"00000001-0000-0000-0000-0000""";

    /// <summary>Answers a call in the wrong way. Always true.</summary>
    public static async Task<bool> ActAsync(this Fault fault, Call call)
    {
        var context = call.Context;
        switch (fault)
        {
            case Fault.Reset:
                context.Abort();
                break;
            case Fault.CutOffBody:
                context.Response.ContentLength = 1000;
                await context.Response.WriteAsync(Half);
                await context.Response.Body.FlushAsync();
                context.Abort();
                break;
            case Fault.TruncatedJson:
                await FakeFacilitator.AnswerAsync(context, 201, Half);
                break;
            case Fault.HtmlInsteadOfJson:
                await FakeFacilitator.AnswerAsync(context, 200, "<html>Welcome</html>", "text/html");
                break;
            case Fault.SlowHeaders:
                await KeepWaiting(call);
                break;
            case Fault.SlowBody:
                await context.Response.WriteAsync("{");
                await context.Response.Body.FlushAsync();
                await KeepWaiting(call);
                break;
            case Fault.HugeJson:
                await FakeFacilitator.AnswerAsync(context, 201, $$"""{"uuid":"{{new string('x', 100_000)}}"}""");
                break;
            default:
                await FakeFacilitator.AnswerAsync(
                    context,
                    int.Parse(fault.ToString()[^3..]),
                    "<html><h1>Server Error</h1></html>",
                    "text/html"
                );
                break;
        }

        return true;
    }

    /// <summary>Says nothing more until the client gives up, which happens at once when it has the server's clock.</summary>
    private static async Task KeepWaiting(Call call)
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = call.Context.RequestAborted.Register(() => gone.TrySetResult());
        call.Server.Timeouts.Expire();
        await gone.Task;
    }
}
