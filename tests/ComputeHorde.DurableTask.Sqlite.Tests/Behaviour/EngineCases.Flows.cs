using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.DurableTask.Sqlite.Tests.Behaviour;

/// <summary>Calls, sub-orchestrations, new executions.</summary>
internal sealed partial class EngineCases
{
    private static EngineCase[] Flows() =>
        [
            new(
                "sequence",
                run => run.RunAsync("sequence"),
                "Completed \"said 0said 1said 2\"",
                tasks =>
                    tasks.AddOrchestratorFunc<object, string>(
                        "sequence",
                        async (context, _) =>
                        {
                            var all = "";
                            for (var i = 0; i < 3; i++)
                            {
                                all += await context.CallActivityAsync<string>("say", $"{i}");
                            }

                            return all;
                        }
                    )
            ),
            new(
                "fan-out",
                run => run.RunAsync("fan-out"),
                "Completed 190",
                tasks =>
                    tasks
                        .AddOrchestratorFunc<object, int>(
                            "fan-out",
                            async (context, _) =>
                                (
                                    await Task.WhenAll(
                                        Enumerable.Range(0, 20).Select(i => context.CallActivityAsync<int>("fan-out-same", i))
                                    )
                                ).Sum()
                        )
                        .AddActivityFunc<int, int>("fan-out-same", (_, value) => value)
            ),
            new(
                "nothing-in-nothing-out",
                run => run.RunAsync("nothing-in-nothing-out"),
                "Completed ",
                tasks =>
                    tasks
                        .AddOrchestratorFunc("nothing-in-nothing-out", context => context.CallActivityAsync("nothing-in-nothing-out"))
                        .AddActivityFunc("nothing-in-nothing-out", _ => { })
            ),
            new(
                "records-and-nulls",
                run => run.RunAsync("records-and-nulls", new Pair("a", 1)),
                "Completed {\"First\":\"a\",\"Second\":2}",
                tasks =>
                    tasks
                        .AddOrchestratorFunc<Pair, Pair>(
                            "records-and-nulls",
                            async (context, pair) =>
                                await context.CallActivityAsync<Pair?>("records-and-nulls") is null
                                    ? pair with
                                    {
                                        Second = pair.Second + 1,
                                    }
                                    : new Pair("not null", 0)
                        )
                        .AddActivityFunc<Pair?, Pair?>("records-and-nulls", (_, pair) => pair)
            ),
            new(
                "time-ids-and-guids",
                run => run.RunAsync("time-ids-and-guids"),
                "Completed \"True True True True\"",
                tasks =>
                    tasks.AddOrchestratorFunc<object, string>(
                        "time-ids-and-guids",
                        async (context, _) =>
                        {
                            var (first, second, before) = (context.NewGuid(), context.NewGuid(), context.CurrentUtcDateTime);
                            await context.CallActivityAsync<string>("say", "x");
                            return $"{first != second} {context.CurrentUtcDateTime >= before} {context.InstanceId == "time-ids-and-guids"} {context.Parent is null}";
                        }
                    )
            ),
            new(
                "is-replaying-at-the-end",
                run => run.RunAsync("is-replaying-at-the-end"),
                "Completed false",
                tasks =>
                    tasks.AddOrchestratorFunc<object, bool>(
                        "is-replaying-at-the-end",
                        async (context, _) =>
                        {
                            await context.CallActivityAsync<string>("say", "x");
                            return context.IsReplaying;
                        }
                    )
            ),
            new(
                "version",
                async run =>
                {
                    await run.StartAsync("version", null, new StartOrchestrationOptions { Version = "1.2" });
                    return await run.EndAsync();
                },
                "Completed \"1.2 1.2\"",
                tasks =>
                    tasks
                        .AddOrchestratorFunc<object, string>(
                            "version",
                            async (context, _) => $"{context.Version} {await context.CallActivityAsync<string>("version")}"
                        )
                        .AddActivityFunc("version", context => context.Version)
            ),
            new(
                "sub-orchestration",
                run => run.RunAsync("sub-orchestration"),
                "Completed \"sub-orchestration sub-orchestration sub-orchestration-child\"",
                tasks =>
                    tasks
                        .AddOrchestratorFunc<object, string>(
                            "sub-orchestration",
                            (context, _) =>
                                context.CallSubOrchestratorAsync<string>(
                                    "sub-orchestration-child",
                                    new SubOrchestrationOptions(instanceId: "sub-orchestration-child")
                                )
                        )
                        .AddOrchestratorFunc<object, string>(
                            "sub-orchestration-child",
                            (context, _) => $"{context.Parent?.Name} {context.Parent?.InstanceId} {context.InstanceId}"
                        )
            ),
            new(
                "sub-orchestration-terminated",
                async run =>
                {
                    await run.StartedAsync("sub-orchestration-terminated");
                    await run.UntilAsync(
                        "sub-orchestration-terminated-child",
                        found => found?.RuntimeStatus == OrchestrationRuntimeStatus.Running
                    );
                    await run.Client.TerminateInstanceAsync("sub-orchestration-terminated-child", "enough");
                    return (await run.EndAsync()).Split(':')[0];
                },
                "Failed Microsoft.DurableTask.TaskFailedException",
                tasks =>
                    tasks.AddOrchestratorFunc<object, string>(
                        "sub-orchestration-terminated",
                        (context, _) =>
                            context.CallSubOrchestratorAsync<string>(
                                "wait",
                                new SubOrchestrationOptions(instanceId: "sub-orchestration-terminated-child")
                            )
                    )
            )
            {
                OnRealEngine = "Failed System.NullReferenceException",
            },
            new(
                "custom-status",
                async run =>
                {
                    await run.StartAsync("custom-status");
                    await run.EndAsync();
                    return (await run.Client.GetInstanceAsync(run.Id, getInputsAndOutputs: true))!.SerializedCustomStatus!;
                },
                "{\"step\":2}",
                tasks =>
                    tasks.AddOrchestratorFunc<object, string>(
                        "custom-status",
                        async (context, _) =>
                        {
                            context.SetCustomStatus("first");
                            await context.CallActivityAsync<string>("say", "x");
                            context.SetCustomStatus(new { step = 2 });
                            return await context.CallActivityAsync<string>("say", "x");
                        }
                    )
            ),
            new(
                "continue-as-new",
                run => run.RunAsync("continue-as-new", 3),
                "Completed \"0 said 0\"",
                tasks =>
                    tasks.AddOrchestratorFunc<int, string>(
                        "continue-as-new",
                        async (context, left) =>
                        {
                            var said = await context.CallActivityAsync<string>("say", $"{left}");
                            if (left > 0)
                            {
                                context.ContinueAsNew(left - 1);
                            }

                            return $"{left} {said}";
                        }
                    )
            ),
            new(
                "continue-as-new-keeps-events",
                async run =>
                {
                    await run.StartedAsync("continue-as-new-keeps-events", true);
                    foreach (var text in new[] { "1", "2" })
                    {
                        await run.Client.RaiseEventAsync(run.Id, "news", text);
                    }

                    await run.Client.RaiseEventAsync(run.Id, "go");
                    return await run.EndAsync();
                },
                "Completed \"12\"",
                tasks =>
                    tasks.AddOrchestratorFunc<bool, string>(
                        "continue-as-new-keeps-events",
                        async (context, isFirst) =>
                        {
                            if (isFirst)
                            {
                                await context.WaitForExternalEvent<object>("go");
                                context.ContinueAsNew(false);
                                return "";
                            }

                            // The queues of the real engine do not keep the order.
                            string[] kept =
                            [
                                await context.WaitForExternalEvent<string>("news"),
                                await context.WaitForExternalEvent<string>("news"),
                            ];
                            return string.Concat(kept.Order());
                        }
                    )
            ),
            new(
                "continue-as-new-drops-events",
                async run =>
                {
                    await run.StartedAsync("continue-as-new-drops-events", true);
                    await run.Client.RaiseEventAsync(run.Id, "news", "1");
                    await run.Client.RaiseEventAsync(run.Id, "go");
                    await run.UntilAsync(run.Id, found => found?.SerializedCustomStatus == "\"second\"");
                    await run.Client.RaiseEventAsync(run.Id, "news", "2");
                    return await run.EndAsync();
                },
                "Completed \"2\"",
                tasks =>
                    tasks.AddOrchestratorFunc<bool, string>(
                        "continue-as-new-drops-events",
                        async (context, isFirst) =>
                        {
                            if (isFirst)
                            {
                                await context.WaitForExternalEvent<object>("go");
                                context.ContinueAsNew(false, preserveUnprocessedEvents: false);
                                return "";
                            }

                            context.SetCustomStatus("second");
                            return await context.WaitForExternalEvent<string>("news");
                        }
                    )
            ),
            new(
                "call-that-nobody-awaits",
                async run => $"{await run.RunAsync("call-that-nobody-awaits")}",
                "Completed \"said x\"",
                tasks =>
                    tasks.AddOrchestratorFunc<object, string>(
                        "call-that-nobody-awaits",
                        async (context, _) =>
                        {
                            _ = context.CallActivityAsync<string>("say", "nobody waits");
                            return await context.CallActivityAsync<string>("say", "x");
                        }
                    )
            ),
            new(
                "unawaited-calls-hold-the-end",
                async run =>
                {
                    await run.StartedAsync("unawaited-calls-hold-the-end");
                    await run.UntilAsync(run.Id, found => found?.SerializedCustomStatus == "\"over\"");
                    await run.UntilAsync(
                        "unawaited-calls-hold-the-end-sub",
                        found => found?.RuntimeStatus == OrchestrationRuntimeStatus.Running
                    );
                    var before = await run.StatusAsync();
                    await run.Client.RaiseEventAsync("unawaited-calls-hold-the-end-sub", "go", "x");
                    var end = await run.EndAsync();
                    var found = (await run.Client.GetInstanceAsync(run.Id, getInputsAndOutputs: true))!;
                    return $"{before} {end} {found.LastUpdatedAt - found.CreatedAt >= TimeSpan.FromSeconds(2)}";
                },
                "Running Completed \"over\" True",
                tasks =>
                    tasks.AddOrchestratorFunc<object, string>(
                        "unawaited-calls-hold-the-end",
                        (context, _) =>
                        {
                            _ = context.CreateTimer(TimeSpan.FromSeconds(2), CancellationToken.None);
                            _ = context.CallSubOrchestratorAsync<string>(
                                "wait",
                                new SubOrchestrationOptions(instanceId: "unawaited-calls-hold-the-end-sub")
                            );
                            context.SetCustomStatus("over");
                            return "over";
                        }
                    )
            ),
        ];

    private sealed record Pair(string First, int Second);
}
