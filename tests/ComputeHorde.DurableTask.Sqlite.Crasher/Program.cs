using System.Collections.Concurrent;
using System.Diagnostics;
using ComputeHorde.DurableTask.Sqlite;
using ComputeHorde.DurableTask.Sqlite.Crasher;
using ComputeHorde.DurableTask.Sqlite.Testing;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

// Ends with who started it, however that one ends.
_ = Task.Run(static async () =>
{
    await Console.OpenStandardInput().CopyToAsync(Stream.Null);
    Process.GetCurrentProcess().Kill();
});

// Runs random workflows on a file until all are at their ends, and is meant to be killed on the way. Arguments: file, seed, number.
var (path, seed, count) = (args[0], int.Parse(args[1]), int.Parse(args[2]));
var random = new Random(seed);
var attempts = new ConcurrentDictionary<(string, int), int>();
var builder = Host.CreateEmptyApplicationBuilder(null);
builder.Services.AddDurableTaskWorker(worker =>
    worker
        .AddTasks(tasks =>
            RandomWorkflow.Register(
                tasks,
                (_, value) => value * 2,
                (context, value) => attempts.AddOrUpdate((context.InstanceId, value), 1, (_, times) => times + 1) % 3 != 0
            )
        )
        .UseSqlite(hub => (hub.Path, hub.TimeProvider) = (path, new VirtualTimeProvider()))
);
builder.Services.AddDurableTaskClient(client => client.UseSqlite());
using var host = builder.Build();
await host.StartAsync();
var client = host.Services.GetRequiredService<DurableTaskClient>();
Console.WriteLine("running");
var workflows = Enumerable.Range(0, count).Select(i => ($"w{i}", RandomWorkflow.Make(random))).ToList();
var wrong = await Task.WhenAll(workflows.Select(workflow => RunAsync(client, workflow.Item1, workflow.Item2)));
foreach (var line in wrong.OfType<string>())
{
    Console.WriteLine(line);
}

Console.WriteLine("end");
return wrong.Any(line => line is not null) ? 1 : 0;

static async Task<string?> RunAsync(DurableTaskClient client, string id, Step[] steps)
{
    if (await client.GetInstanceAsync(id) is null)
    {
        await client.ScheduleNewOrchestrationInstanceAsync(
            "workflow",
            new RandomWorkflow.Progress(steps, 0, []),
            new StartOrchestrationOptions(id)
        );
    }

    for (var i = 0; i < steps.Length; i++)
    {
        if (steps[i].Kind == "event")
        {
            await client.RaiseEventAsync(id, $"event {i}", steps[i].Number);
        }
    }

    var end = await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true);
    return
        end.RuntimeStatus == OrchestrationRuntimeStatus.Completed
        && RandomWorkflow.Expected(steps).SequenceEqual(end.ReadOutputAs<List<int>>()!)
        ? null
        : $"{id} is {end.RuntimeStatus}: {end.SerializedOutput}";
}
