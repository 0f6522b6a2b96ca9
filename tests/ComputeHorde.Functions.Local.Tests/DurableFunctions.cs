using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Functions.Local.Tests;

/// <summary>Durable functions as an application writes them.</summary>
public sealed class DurableFunctions
{
    private readonly Recorder _recorder;

    public DurableFunctions(IServiceProvider services) => _recorder = (Recorder)services.GetService(typeof(Recorder))!;

    [Function("DurableStart")]
    public static async Task<IActionResult> Start(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "orchestrations/{name}")] HttpRequest request,
        string name,
        [Microsoft.Azure.Functions.Worker.Http.FromBody] Greeting greeting,
        [DurableClient] DurableTaskClient client
    )
    {
        var id = await client.ScheduleNewOrchestrationInstanceAsync(name, greeting);
        return new AcceptedResult("/api/orchestrations/" + id, id);
    }

    [Function("DurableStartFromQueue")]
    public static Task StartFromQueue(
        [QueueTrigger(QueueFunctionNames.Queue)] Greeting greeting,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation
    ) =>
        client.ScheduleNewOrchestrationInstanceAsync(
            "DurableGreet",
            greeting,
            new StartOrchestrationOptions(InstanceId: "from-queue-" + id),
            cancellation
        );

    [Function("DurableGreet")]
    public static async Task<string> Greet([OrchestrationTrigger] TaskOrchestrationContext context, Greeting greeting)
    {
        context.SetCustomStatus(greeting);
        var parts = await Task.WhenAll(
            Enumerable.Range(1, greeting.Times).Select(i => context.CallActivityAsync<string>("DurableSay", new Greeting(greeting.Name, i)))
        );
        return string.Join(' ', parts);
    }

    [Function("DurableWait")]
    public async Task<string> WaitAsync([OrchestrationTrigger] TaskOrchestrationContext context, FunctionContext function)
    {
        var input = context.GetInput<Greeting>()!;
        await _recorder.RecordAsync("DurableWait", input);
        var said = await context.CallActivityAsync<string>("DurableSay", input);
        var answer = await context.WaitForExternalEvent<string>("Answer");
        return $"{said} {answer} {function.FunctionDefinition.Name}";
    }

    [Function("DurableSleep")]
    public static async Task<DateTime> Sleep([OrchestrationTrigger] TaskOrchestrationContext context, TimeSpan time)
    {
        await context.CreateTimer(time, CancellationToken.None);
        return context.CurrentUtcDateTime;
    }

    [Function("DurableSay")]
    public async Task<string> Say([ActivityTrigger] Greeting greeting, string instanceId, CancellationToken cancellation)
    {
        await _recorder.RecordAsync("DurableSay", instanceId, cancellation);
        return $"{greeting.Name}{greeting.Times}";
    }
}
