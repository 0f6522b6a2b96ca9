using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.DurableTask.Sqlite.Tests.Behaviour;

/// <summary>External events and timers.</summary>
internal sealed partial class EngineCases
{
    private static EngineCase[] Events() =>
        [
            new(
                "events-before-their-wait",
                async run =>
                {
                    await run.StartAsync("events-before-their-wait");
                    foreach (var (name, text) in new[] { ("other", "x"), ("news", "1"), ("NEWS", "2") })
                    {
                        await run.Client.RaiseEventAsync(run.Id, name, text);
                    }

                    await run.UntilAsync(OrchestrationRuntimeStatus.Running);
                    await run.Client.RaiseEventAsync(run.Id, "go");
                    return await run.EndAsync();
                },
                "Completed \"12x\"",
                tasks =>
                    tasks.AddOrchestratorFunc<object, string>(
                        "events-before-their-wait",
                        async (context, _) =>
                        {
                            await context.WaitForExternalEvent<object>("go");

                            // The queues of the real engine do not keep the order.
                            string[] news =
                            [
                                await context.WaitForExternalEvent<string>("news"),
                                await context.WaitForExternalEvent<string>("news"),
                            ];
                            return string.Concat(news.Order()) + await context.WaitForExternalEvent<string>("other");
                        }
                    )
            ),
            new(
                "events-to-the-latest-waiter",
                async run =>
                {
                    await run.StartedAsync("events-to-the-latest-waiter");
                    await run.Client.RaiseEventAsync(run.Id, "news", "1");
                    await run.UntilAsync(run.Id, found => found?.SerializedCustomStatus == "1");
                    await run.Client.RaiseEventAsync(run.Id, "news", "2");
                    return await run.EndAsync();
                },
                "Completed \"2 1\"",
                tasks =>
                    tasks.AddOrchestratorFunc<object, string>(
                        "events-to-the-latest-waiter",
                        async (context, _) =>
                        {
                            var first = context.WaitForExternalEvent<string>("news");
                            var second = context.WaitForExternalEvent<string>("news");
                            await second;
                            context.SetCustomStatus(1);
                            return $"{await first} {await second}";
                        }
                    )
            ),
            new(
                "event-after-a-wait-that-timed-out",
                async run =>
                {
                    await run.StartAsync("event-after-a-wait-that-timed-out");
                    await run.UntilAsync(run.Id, found => found?.SerializedCustomStatus == "\"timed out\"");
                    await run.Client.RaiseEventAsync(run.Id, "news", "late");
                    await run.Client.RaiseEventAsync(run.Id, "go");
                    return await run.EndAsync();
                },
                "Completed \"TaskCanceledException late\"",
                tasks =>
                    tasks.AddOrchestratorFunc<object, string>(
                        "event-after-a-wait-that-timed-out",
                        async (context, _) =>
                        {
                            var thrown = "";
                            try
                            {
                                await context.WaitForExternalEvent<string>("news", TimeSpan.FromMilliseconds(100));
                            }
                            catch (OperationCanceledException e)
                            {
                                thrown = e.GetType().Name;
                            }

                            context.SetCustomStatus("timed out");
                            await context.WaitForExternalEvent<object>("go");
                            return $"{thrown} {await context.WaitForExternalEvent<string>("news")}";
                        }
                    )
            ),
            new(
                "event-in-time",
                async run =>
                {
                    await run.StartedAsync("event-in-time");
                    await run.Client.RaiseEventAsync(run.Id, "news", "in time");
                    return await run.EndAsync();
                },
                "Completed \"in time\"",
                tasks =>
                    tasks.AddOrchestratorFunc<object, string>(
                        "event-in-time",
                        (context, _) => context.WaitForExternalEvent<string>("news", TimeSpan.FromHours(1))
                    )
            ),
            new(
                "wait-with-an-infinite-timeout",
                run => run.RunAsync("wait-with-an-infinite-timeout"),
                "Completed \"TaskCanceledException\"",
                tasks =>
                    tasks.AddOrchestratorFunc<object, string>(
                        "wait-with-an-infinite-timeout",
                        async (context, _) =>
                        {
                            try
                            {
                                return await context.WaitForExternalEvent<string>("news", Timeout.InfiniteTimeSpan);
                            }
                            catch (OperationCanceledException e)
                            {
                                return e.GetType().Name;
                            }
                        }
                    )
            ),
            new(
                "wait-of-another-type",
                run => run.RunAsync("wait-of-another-type"),
                "Completed \"ArgumentException\"",
                tasks =>
                    tasks.AddOrchestratorFunc<object, string>(
                        "wait-of-another-type",
                        (context, _) =>
                        {
                            _ = context.WaitForExternalEvent<string>("news");
                            try
                            {
                                _ = context.WaitForExternalEvent<int>("news");
                                return "none";
                            }
                            catch (ArgumentException e)
                            {
                                return e.GetType().Name;
                            }
                        }
                    )
            ),
            new(
                "event-to-itself",
                run => run.RunAsync("event-to-itself"),
                "Completed 7",
                tasks =>
                    tasks.AddOrchestratorFunc<object, int>(
                        "event-to-itself",
                        (context, _) =>
                        {
                            context.SendEvent(context.InstanceId, "self", 7);
                            return context.WaitForExternalEvent<int>("self");
                        }
                    )
            ),
            new(
                "event-to-another",
                async run =>
                {
                    await run.StartAsync("wait", null, new StartOrchestrationOptions(run.Id + "-target"));
                    await run.UntilAsync(run.Id + "-target", found => found?.RuntimeStatus == OrchestrationRuntimeStatus.Running);
                    return $"{await run.RunAsync("event-to-another", run.Id + "-target")} {await run.EndAsync(run.Id + "-target")}";
                },
                "Completed  Completed \"hello\"",
                tasks =>
                    tasks.AddOrchestratorFunc<string>("event-to-another", (context, target) => context.SendEvent(target, "go", "hello"))
            ),
            new(
                "timers",
                run => run.RunAsync("timers"),
                "Completed \"True True True\"",
                tasks =>
                    tasks.AddOrchestratorFunc<object, string>(
                        "timers",
                        async (context, _) =>
                        {
                            var start = context.CurrentUtcDateTime;
                            await context.CreateTimer(TimeSpan.Zero, CancellationToken.None);
                            await context.CreateTimer(start.AddDays(-1), CancellationToken.None);
                            var early = context.CurrentUtcDateTime;
                            await context.CreateTimer(TimeSpan.FromSeconds(1), CancellationToken.None);
                            var late = context.CreateTimer(TimeSpan.FromSeconds(3), CancellationToken.None);
                            var first = context.CreateTimer(TimeSpan.FromSeconds(1), CancellationToken.None);
                            var winner = await Task.WhenAny(late, first);
                            return $"{early - start < TimeSpan.FromHours(1)} {context.CurrentUtcDateTime > early} {winner == first}";
                        }
                    )
            ),
            new(
                "timer-cancelled",
                run => run.RunAsync("timer-cancelled"),
                "Completed \"TaskCanceledException TaskCanceledException\"",
                tasks =>
                    tasks.AddOrchestratorFunc<object, string>(
                        "timer-cancelled",
                        async (context, _) =>
                        {
                            using var cancel = new CancellationTokenSource();
                            var timer = context.CreateTimer(TimeSpan.FromDays(2), cancel.Token);
                            await context.CreateTimer(TimeSpan.FromMilliseconds(10), CancellationToken.None);
                            cancel.Cancel();
                            return $"{await ThrownAsync(timer)} {await ThrownAsync(context.CreateTimer(TimeSpan.FromDays(2), cancel.Token))}";
                        }
                    )
            ),
        ];

    private static async Task<string> ThrownAsync(Task task)
    {
        try
        {
            await task;
            return "none";
        }
        catch (Exception e)
        {
            return e.GetType().Name;
        }
    }
}
