using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Benchmarks;

/// <summary>
/// The shapes, of the same code for both engines. All N start at once, but those of the sequence, of which so many are under way.
/// </summary>
internal static class EngineShapes
{
    private const int Activities = 5;

    /// <summary>What one orchestration of the sequence costs: its turns and its activities.</summary>
    internal const int WorkItems = Activities + Activities + 1;

    internal static IReadOnlyList<EngineShape> All(double scale)
    {
        int Scaled(int count) => Math.Max(1, (int)(count * scale));
        return
        [
            Event(Scaled(10_000)),
            Poll(Scaled(5_000)),
            LongPoll(20, 200),
            FanOut(Scaled(5_000)),
            Subs(Scaled(5_000)),
            Sequence(Scaled(5_000), 16),
        ];
    }

    /// <summary>The same shapes in the size that the real engine takes seconds for.</summary>
    internal static IReadOnlyList<EngineShape> OfTheRealEngine(double scale)
    {
        int Scaled(int count) => Math.Max(1, (int)(count * scale));
        return [Event(Scaled(100)), Poll(Scaled(40)), LongPoll(1, 50), FanOut(Scaled(200)), Subs(Scaled(40)), Sequence(Scaled(80), 16)];
    }

    private static EngineShape Sequence(int count, int underWay) =>
        new(
            "sequence",
            "work items",
            count * WorkItems,
            count,
            tasks =>
                tasks
                    .AddOrchestratorFunc<object, int>(
                        "sequence",
                        async (context, _) =>
                        {
                            var sum = 0;
                            for (var i = 0; i < Activities; i++)
                            {
                                sum += await context.CallActivityAsync<int>("step", i);
                            }

                            return sum;
                        }
                    )
                    .AddActivityFunc<int, int>("step", (_, value) => value),
            async (client, ended) =>
                await Parallel.ForEachAsync(
                    Enumerable.Range(0, count),
                    new ParallelOptions { MaxDegreeOfParallelism = underWay },
                    async (_, _) => await RunOneAsync(client, ended, "sequence", null)
                )
        );

    private static EngineShape Event(int count)
    {
        var ran = Channel.CreateUnbounded<string>();
        return new EngineShape(
            "event",
            "orchestrations",
            count,
            count,
            tasks =>
                tasks
                    .AddOrchestratorFunc<string, string>(
                        "event",
                        async (context, _) =>
                        {
                            await context.CallActivityAsync("announce");
                            return await context.WaitForExternalEvent<string>("go");
                        }
                    )
                    .AddActivityFunc<object, int>("announce", (context, _) => ran.Writer.TryWrite(context.InstanceId) ? 1 : 0),
            async (client, ended) =>
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
                await Task.WhenAll(RunAllAsync(client, ended, "event", count), raising);
            }
        );
    }

    private static EngineShape Poll(int count) =>
        new(
            "poll",
            "orchestrations",
            count,
            count,
            tasks => AddPolling(tasks, rounds: 5, TimeSpan.FromMilliseconds(10)),
            (client, ended) => RunAllAsync(client, ended, "poll", count)
        );

    private static EngineShape LongPoll(int count, int rounds) =>
        new(
            "long poll",
            "orchestrations",
            count,
            count,
            tasks => AddPolling(tasks, rounds, TimeSpan.FromMilliseconds(1)),
            (client, ended) => RunAllAsync(client, ended, "poll", count)
        );

    private static EngineShape FanOut(int count) =>
        new(
            "fan-out",
            "activities",
            count,
            1,
            tasks =>
                tasks
                    .AddOrchestratorFunc<int, int>(
                        "fan",
                        async (context, n) =>
                        {
                            var results = await Task.WhenAll(Enumerable.Range(0, n).Select(i => context.CallActivityAsync<int>("work", i)));
                            return results.Length;
                        }
                    )
                    .AddActivityFunc<int, int>("work", (_, value) => value),
            (client, ended) => RunAllAsync(client, ended, "fan", 1, count)
        );

    private static EngineShape Subs(int count) =>
        new(
            "subs",
            "children",
            count,
            count + 1,
            tasks =>
                tasks
                    .AddOrchestratorFunc<int, int>(
                        "parent",
                        async (context, n) =>
                        {
                            var results = await Task.WhenAll(
                                Enumerable.Range(0, n).Select(i => context.CallSubOrchestratorAsync<int>("child", i))
                            );
                            return results.Length;
                        }
                    )
                    .AddOrchestratorFunc<int, int>("child", (context, value) => context.CallActivityAsync<int>("work", value))
                    .AddActivityFunc<int, int>("work", (_, value) => value),
            (client, ended) => RunAllAsync(client, ended, "parent", 1, count)
        );

    private static void AddPolling(DurableTaskRegistry tasks, int rounds, TimeSpan pause) =>
        tasks
            .AddOrchestratorFunc<object, int>(
                "poll",
                async (context, _) =>
                {
                    var last = await context.CallActivityAsync<int>("look");
                    for (var round = 0; round < rounds; round++)
                    {
                        await context.CreateTimer(pause, CancellationToken.None);
                        last = await context.CallActivityAsync<int>("look");
                    }

                    return last;
                }
            )
            .AddActivityFunc<object, int>("look", (_, _) => 7);

    private static Task RunAllAsync(DurableTaskClient client, Action<TimeSpan> ended, string name, int count, object? input = null) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(_ => RunOneAsync(client, ended, name, input)));

    private static async Task RunOneAsync(DurableTaskClient client, Action<TimeSpan> ended, string name, object? input)
    {
        var start = Stopwatch.GetTimestamp();
        var end = await client.WaitForInstanceCompletionAsync(await client.ScheduleNewOrchestrationInstanceAsync(name, input));
        ended(Stopwatch.GetElapsedTime(start));
        if (end.RuntimeStatus != OrchestrationRuntimeStatus.Completed)
        {
            throw new InvalidOperationException($"{end.InstanceId} ended as {end.RuntimeStatus}.");
        }
    }
}
