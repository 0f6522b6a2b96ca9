using System.Threading.Channels;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Benchmarks;

/// <summary>The shapes that are compared with the Durable Task engine and its in-memory emulator. All N start at once.</summary>
internal static class EngineShapes
{
    internal static IReadOnlyList<EngineShape> All(double scale)
    {
        int Scaled(int count) => Math.Max(1, (int)(count * scale));
        return [Event(Scaled(10_000)), Poll(Scaled(5_000)), LongPoll(20, 200), FanOut(Scaled(5_000)), Subs(Scaled(5_000))];
    }

    private static EngineShape Event(int count)
    {
        var ran = Channel.CreateUnbounded<string>();
        return new EngineShape(
            "event",
            "orchestrations",
            count,
            count,
            tasks => tasks
                .AddOrchestratorFunc<string, string>("event", async (context, _) =>
                {
                    await context.CallActivityAsync("announce");
                    return await context.WaitForExternalEvent<string>("go");
                })
                .AddActivityFunc<object, int>("announce", (context, _) => ran.Writer.TryWrite(context.InstanceId) ? 1 : 0),
            async client =>
            {
                var raising = Task.Run(async () =>
                {
                    var raised = new List<Task>(count);
                    for (var i = 0; i < count; i++)
                    {
                        raised.Add(client.RaiseEventAsync(await ran.Reader.ReadAsync(), "go", "now"));
                    }

                    await Task.WhenAll(raised);
                });
                await Task.WhenAll(RunAllAsync(client, "event", count), raising);
            });
    }

    private static EngineShape Poll(int count) => new(
        "poll", "orchestrations", count, count, tasks => AddPolling(tasks, rounds: 5, TimeSpan.FromMilliseconds(10)), client => RunAllAsync(client, "poll", count));

    private static EngineShape LongPoll(int count, int rounds) => new(
        "long poll", "orchestrations", count, count, tasks => AddPolling(tasks, rounds, TimeSpan.FromMilliseconds(1)), client => RunAllAsync(client, "poll", count));

    private static EngineShape FanOut(int count) => new(
        "fan-out",
        "activities",
        count,
        1,
        tasks => tasks
            .AddOrchestratorFunc<int, int>("fan", async (context, n) =>
            {
                var results = await Task.WhenAll(Enumerable.Range(0, n).Select(i => context.CallActivityAsync<int>("work", i)));
                return results.Length;
            })
            .AddActivityFunc<int, int>("work", (_, value) => value),
        client => RunAllAsync(client, "fan", 1, count));

    private static EngineShape Subs(int count) => new(
        "subs",
        "children",
        count,
        count + 1,
        tasks => tasks
            .AddOrchestratorFunc<int, int>("parent", async (context, n) =>
            {
                var results = await Task.WhenAll(Enumerable.Range(0, n).Select(i => context.CallSubOrchestratorAsync<int>("child", i)));
                return results.Length;
            })
            .AddOrchestratorFunc<int, int>("child", (context, value) => context.CallActivityAsync<int>("work", value))
            .AddActivityFunc<int, int>("work", (_, value) => value),
        client => RunAllAsync(client, "parent", 1, count));

    private static void AddPolling(DurableTaskRegistry tasks, int rounds, TimeSpan pause) => tasks
        .AddOrchestratorFunc<object, int>("poll", async (context, _) =>
        {
            var last = await context.CallActivityAsync<int>("look");
            for (var round = 0; round < rounds; round++)
            {
                await context.CreateTimer(pause, CancellationToken.None);
                last = await context.CallActivityAsync<int>("look");
            }

            return last;
        })
        .AddActivityFunc<object, int>("look", (_, _) => 7);

    private static async Task RunAllAsync(DurableTaskClient client, string name, int count, object? input = null)
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => client.ScheduleNewOrchestrationInstanceAsync(name, input)));
        var ends = await Task.WhenAll(ids.Select(id => client.WaitForInstanceCompletionAsync(id)));
        if (ends.FirstOrDefault(end => end.RuntimeStatus != OrchestrationRuntimeStatus.Completed) is { } bad)
        {
            throw new InvalidOperationException($"{bad.InstanceId} ended as {bad.RuntimeStatus}.");
        }
    }
}
