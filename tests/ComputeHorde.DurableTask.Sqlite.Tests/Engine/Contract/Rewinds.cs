using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.DurableTask.Sqlite.Tests.Engine.Contract;

public abstract partial class EngineContract
{
    [Fact]
    public async Task Rewind_OfAFailedCall_KeepsWhatSucceeded()
    {
        var calls = new ConcurrentQueue<string>();
        var broken = true;
        var client = await StartAsync(tasks =>
            tasks
                .AddOrchestratorFunc<object, string>(
                    "steps",
                    async (context, _) =>
                    {
                        var first = await context.CallActivityAsync<string>("step", "one");
                        context.SetCustomStatus(first);
                        var told = await context.WaitForExternalEvent<string>("go");
                        return first + told + await context.CallActivityAsync<string>("step", "two");
                    }
                )
                .AddActivityFunc<string, string>(
                    "step",
                    (_, name) =>
                    {
                        calls.Enqueue(name!);
                        return name == "two" && broken ? throw new TimeoutException() : name;
                    }
                )
        );
        var id = await client.ScheduleNewOrchestrationInstanceAsync("steps");
        await client.RaiseEventAsync(id, "go", "+");
        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await EndAsync(client, id)).RuntimeStatus);

        await client.RewindInstanceAsync(id, "not yet mended");
        var again = await EndAsync(client, id);
        broken = false;
        await client.RewindInstanceAsync(id, "mended");
        var end = await EndAsync(client, id);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, again.RuntimeStatus);
        Assert.Equal("one+two", Output<string>(end));
        Assert.Null(end.FailureDetails);
        Assert.Equal(["one", "two", "two", "two"], calls);
    }

    [Fact]
    public async Task Rewind_WithSubOrchestrations_ReachesTheFailedOnesAlone()
    {
        var calls = new ConcurrentQueue<int>();
        var broken = true;
        var client = await StartAsync(tasks =>
            tasks
                .AddOrchestratorFunc<object, int[]>(
                    "top",
                    (context, _) => Task.WhenAll(Enumerable.Range(0, 3).Select(i => context.CallSubOrchestratorAsync<int>("middle", i)))!
                )
                .AddOrchestratorFunc<int, int>("middle", (context, i) => context.CallSubOrchestratorAsync<int>("bottom", i))
                .AddOrchestratorFunc<int, int>("bottom", (context, i) => context.CallActivityAsync<int>("work", i))
                .AddActivityFunc<int, int>(
                    "work",
                    (_, i) =>
                    {
                        calls.Enqueue(i);
                        return i < 2 && broken ? throw new TimeoutException() : i;
                    }
                )
        );
        var failed = await RunAsync(client, "top");
        Assert.Equal(OrchestrationRuntimeStatus.Failed, failed.RuntimeStatus);

        broken = false;
        await client.RewindInstanceAsync(failed.InstanceId, "mended");

        var results = Output<int[]>(await EndAsync(client, failed.InstanceId));
        Assert.Equal([0, 1, 2], results!);
        Assert.Equal([0, 0, 1, 1, 2], calls.Order());
    }

    [Theory]
    [InlineData("bottom")]
    [InlineData("middle")]
    [InlineData("middle", "bottom")]
    public async Task Rewind_WithSubOrchestrationsPurged_StartsThemAgain(params string[] purged)
    {
        var calls = new ConcurrentQueue<string>();
        var client = await StartAsync(tasks =>
            tasks
                .AddOrchestratorFunc<string, string>(
                    "top",
                    async (context, input) =>
                        await context.CallActivityAsync<string>("work", "before")
                        + await context.CallSubOrchestratorAsync<string>("middle", input, Options("middle", "1"))
                )
                .AddOrchestratorFunc<string, string>(
                    "middle",
                    async (context, input) =>
                        $" {context.Version} {await context.CallSubOrchestratorAsync<string>("bottom", input, Options("bottom", "2"))}"
                )
                .AddOrchestratorFunc<string, string>(
                    "bottom",
                    async (context, input) =>
                        $"{context.Version} {context.Parent!.InstanceId} {await context.CallActivityAsync<string>("work", input)}"
                )
                .AddActivityFunc<string, string>(
                    "work",
                    (_, input) =>
                    {
                        calls.Enqueue(input);
                        return input == "after" && calls.Count == 2 ? throw new TimeoutException() : input;
                    }
                )
        );
        var start = new StartOrchestrationOptions("top") { Tags = new Dictionary<string, string> { ["of"] = "all" } };
        await client.ScheduleNewOrchestrationInstanceAsync("top", "after", start);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await EndAsync(client, "top")).RuntimeStatus);
        foreach (var id in purged)
        {
            Assert.Equal(1, (await client.PurgeInstanceAsync(id, TestContext.Current.CancellationToken)).PurgedInstanceCount);
        }

        await client.RewindInstanceAsync("top", "mended");

        Assert.Equal("before 1 2 middle after", Output<string>(await EndAsync(client, "top")));
        Assert.Equal(["before", "after", "after"], calls);
        foreach (var id in (string[])["middle", "bottom"])
        {
            var child = (await client.GetInstanceAsync(id, getInputsAndOutputs: true, TestContext.Current.CancellationToken))!;
            Assert.Equal(
                (id, OrchestrationRuntimeStatus.Completed, "after"),
                (child.Name, child.RuntimeStatus, child.ReadInputAs<string>())
            );
            Assert.Equivalent(new Dictionary<string, string> { ["of"] = id, ["level"] = id }, child.Tags, strict: true);
        }

        static SubOrchestrationOptions Options(string id, string version) =>
            new(instanceId: id)
            {
                Version = version,
                Tags = new Dictionary<string, string> { ["level"] = id, ["of"] = id },
            };
    }

    [Fact]
    public async Task Rewind_WithTheIdOfAPurgedSubOrchestrationTaken_FailsTheCallAgain()
    {
        var client = await StartAsync(tasks =>
            tasks
                .AddOrchestratorFunc<object, string>(
                    "caller",
                    (context, _) => context.CallSubOrchestratorAsync<string>("called", new SubOrchestrationOptions(instanceId: "child"))
                )
                .AddOrchestratorFunc<object, string>("called", string (_, _) => throw new TimeoutException())
                .AddOrchestratorFunc<object, string>("wait", (context, _) => context.WaitForExternalEvent<string>("go"))
        );
        var failed = await RunAsync(client, "caller");
        await client.PurgeInstanceAsync("child", TestContext.Current.CancellationToken);
        await client.ScheduleNewOrchestrationInstanceAsync("wait", new StartOrchestrationOptions("child"));

        await client.RewindInstanceAsync(failed.InstanceId, "in vain");
        var again = await EndAsync(client, failed.InstanceId);
        await client.RaiseEventAsync("child", "go", "on");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, again.RuntimeStatus);
        Assert.Contains("child", again.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal("on", Output<string>(await EndAsync(client, "child")));
    }

    [Fact]
    public async Task Rewind_OfAnInstanceThatLeavesMemoryBeforeItsEnd_GoesOn()
    {
        var calls = 0;
        var client = await StartAsync(
            tasks =>
            {
                Waiting(tasks);
                tasks.AddOrchestratorFunc<object, string>(
                    "patient",
                    async (context, _) =>
                        await context.CallActivityAsync<string>("flaky") + await context.WaitForExternalEvent<string>("go")
                );
                tasks.AddActivityFunc<object, string>("flaky", (_, _) => ++calls == 1 ? throw new TimeoutException() : "so ");
            },
            options => options.WarmInstances = 1
        );
        var failed = await RunAsync(client, "patient");

        await client.RewindInstanceAsync(failed.InstanceId, "mended");
        await Eventually.TrueAsync(
            () => Host.Hub.CountHistoryEvents(failed.InstanceId) == 5,
            "the call has come back",
            everyMilliseconds: 1
        );
        for (var i = 0; i < 40; i++)
        {
            await client.ScheduleNewOrchestrationInstanceAsync("wait");
        }

        var rewound = await client.GetInstanceAsync(failed.InstanceId, getInputsAndOutputs: true, TestContext.Current.CancellationToken);
        await client.RaiseEventAsync(failed.InstanceId, "go", "it is");

        Assert.Equal(
            (OrchestrationRuntimeStatus.Running, null, null),
            (rewound!.RuntimeStatus, rewound.SerializedOutput, rewound.FailureDetails)
        );
        Assert.Equal("so it is", Output<string>(await EndAsync(client, failed.InstanceId)));
    }

    [Fact]
    public async Task Rewind_AfterHandledFailures_RepeatsOnlyTheLastAttempt()
    {
        var attempts = 0;
        var client = await StartAsync(tasks =>
            tasks
                .AddOrchestratorFunc<object, int>(
                    "retry",
                    (context, _) =>
                        context.CallActivityAsync<int>("flaky", TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromHours(1))))
                )
                .AddActivityFunc<object, int>("flaky", (_, _) => ++attempts < 4 ? throw new TimeoutException() : attempts)
        );
        var failed = await RunAsync(client, "retry");

        await client.RewindInstanceAsync(failed.InstanceId, "once more");

        Assert.Equal(4, Output<int>(await EndAsync(client, failed.InstanceId)));
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 2)]
    public async Task Rewind_AfterACaughtFailure_RepeatsItOnlyIfItWasLetOut(bool letOut, int expectedCalls)
    {
        var (broken, calls) = (true, 0);
        var client = await StartAsync(tasks =>
            tasks
                .AddOrchestratorFunc<object, string>(
                    "catcher",
                    async (context, _) =>
                    {
                        try
                        {
                            await context.CallActivityAsync("flaky");
                        }
                        catch (TaskFailedException)
                        {
                            await context.CallActivityAsync("compensate");
                            if (letOut)
                            {
                                throw;
                            }
                        }

                        return broken ? throw new InvalidOperationException("bug") : "done";
                    }
                )
                .AddActivityFunc<object, int>("flaky", (_, _) => ++calls == 1 ? throw new TimeoutException() : calls)
                .AddActivityFunc("compensate", _ => { })
        );
        var failed = await RunAsync(client, "catcher");
        Assert.Equal(OrchestrationRuntimeStatus.Failed, failed.RuntimeStatus);

        broken = false;
        await client.RewindInstanceAsync(failed.InstanceId, "mended");

        Assert.Equal("done", Output<string>(await EndAsync(client, failed.InstanceId)));
        Assert.Equal(expectedCalls, calls);
    }

    [Fact]
    public async Task Rewind_OfAnOrchestratorThatThrew_RunsItsLastTurnAgain()
    {
        var broken = true;
        var client = await StartAsync(tasks =>
            tasks.AddOrchestratorFunc<object, string>(
                "thrower",
                async (context, _) =>
                {
                    var told = await context.WaitForExternalEvent<string>("go");
                    return broken ? throw new InvalidOperationException("bug") : told;
                }
            )
        );
        var id = await client.ScheduleNewOrchestrationInstanceAsync("thrower");
        await client.RaiseEventAsync(id, "go", "told");
        await EndAsync(client, id);

        broken = false;
        await client.RewindInstanceAsync(id, "mended");

        Assert.Equal("told", Output<string>(await EndAsync(client, id)));
    }

    [Fact]
    public async Task Rewind_InTheMomentOfTheFailure_IsAccepted()
    {
        var failures = new ConcurrentDictionary<string, bool>();
        var client = await StartAsync(tasks =>
            tasks.AddOrchestratorFunc<object, bool>(
                "once",
                (context, _) => failures.TryAdd(context.InstanceId, true) ? throw new TimeoutException() : Task.FromResult(true)
            )
        );
        for (var i = 0; i < 30; i++)
        {
            var id = await client.ScheduleNewOrchestrationInstanceAsync("once");
            while (
                (await client.GetInstanceAsync(id, TestContext.Current.CancellationToken))!.RuntimeStatus
                != OrchestrationRuntimeStatus.Failed
            )
            {
                // Without a wait, to see it as early as anybody can.
            }

            await client.RewindInstanceAsync(id, "mended");
            Assert.True(Output<bool>(await EndAsync(client, id)));
        }
    }

    [Fact]
    public async Task Rewind_OfWhatHasNotFailed_IsRefused()
    {
        var client = await StartAsync(Waiting);
        var id = await client.ScheduleNewOrchestrationInstanceAsync("wait");

        await Assert.ThrowsAsync<ArgumentException>(() => client.RewindInstanceAsync("unknown", ""));
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.RewindInstanceAsync(id, ""));
        await client.RaiseEventAsync(id, "go", "x");
        await EndAsync(client, id);
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.RewindInstanceAsync(id, ""));
    }

    [Fact]
    public async Task Rewind_RacingWithPurge_LeavesTheInstanceWholeOrGone()
    {
        var failures = new ConcurrentDictionary<string, bool>();
        var client = await StartAsync(tasks =>
            tasks
                .AddOrchestratorFunc<string, bool>(
                    "once",
                    async (context, _) => await context.CallActivityAsync<bool>("flaky", context.InstanceId)
                )
                .AddActivityFunc<string, bool>("flaky", (_, id) => failures.TryAdd(id!, true) ? throw new TimeoutException() : true)
        );
        await Task.WhenAll(
            Enumerable
                .Range(0, 50)
                .Select(async _ =>
                {
                    var failed = await RunAsync(client, "once");
                    var rewound = Task.Run(async () =>
                        await Record.ExceptionAsync(() => client.RewindInstanceAsync(failed.InstanceId, "now"))
                    );
                    var purged = Task.Run(() => client.PurgeInstanceAsync(failed.InstanceId));
                    if (await rewound is null && (await purged).PurgedInstanceCount == 0)
                    {
                        Assert.True(Output<bool>(await EndAsync(client, failed.InstanceId)));
                    }
                })
        );

        Assert.True(Output<bool>(await RunAgainAsync(client)));

        async Task<OrchestrationMetadata> RunAgainAsync(DurableTaskClient again)
        {
            var failed = await RunAsync(again, "once");
            await again.RewindInstanceAsync(failed.InstanceId, "now");
            return await EndAsync(again, failed.InstanceId);
        }
    }

    [Fact]
    public async Task Rewind_RacingWithAStartOfTheSameId_IsRefusedOrComesFirst()
    {
        var failures = new ConcurrentDictionary<string, bool>();
        var client = await StartAsync(tasks =>
            tasks
                .AddOrchestratorFunc<bool, bool>(
                    "once",
                    async (context, _) => await context.CallActivityAsync<bool>("flaky", context.InstanceId)
                )
                .AddActivityFunc<string, bool>("flaky", (_, id) => failures.TryAdd(id, true) ? throw new TimeoutException() : true)
        );
        for (var i = 0; i < 100; i++)
        {
            var id = (await RunAsync(client, "once")).InstanceId;
            var started = Task.Run(() => client.ScheduleNewOrchestrationInstanceAsync("once", true, new StartOrchestrationOptions(id)));
            var rewound = await Record.ExceptionAsync(() => Task.Run(() => client.RewindInstanceAsync(id, "now")));
            await started;

            Assert.True(rewound is null || rewound.GetType() == typeof(InvalidOperationException), rewound?.ToString());
            Assert.True(Output<bool>(await EndAsync(client, id)));
        }
    }

    [Fact]
    public async Task Rewind_WhileAnotherSubOrchestrationFails_TakesNoOldFailureForANewOne()
    {
        var calls = new ConcurrentDictionary<string, bool>();
        var client = await StartAsync(
            tasks =>
                tasks
                    .AddOrchestratorFunc<int, int>(
                        "pair",
                        async (context, microseconds) =>
                        {
                            var first = context.CallSubOrchestratorAsync<int>(
                                "half",
                                0,
                                new SubOrchestrationOptions(instanceId: context.InstanceId + "-first")
                            );
                            var second = context.CallSubOrchestratorAsync<int>(
                                "half",
                                microseconds,
                                new SubOrchestrationOptions(instanceId: context.InstanceId + "-second")
                            );
                            return await first + await second;
                        }
                    )
                    .AddOrchestratorFunc<int, int>("half", (context, microseconds) => context.CallActivityAsync<int>("once", microseconds))
                    .AddActivityFunc<int, int>(
                        "once",
                        (context, microseconds) =>
                        {
                            var clock = Stopwatch.StartNew();
                            SpinWait.SpinUntil(() => clock.Elapsed.TotalMicroseconds >= microseconds);
                            return calls.TryAdd(context.InstanceId, true) ? throw new TimeoutException() : 1;
                        }
                    ),
            options => options.TimeProvider = TimeProvider.System
        );
        for (var i = 0; i < 60; i++)
        {
            var id = await client.ScheduleNewOrchestrationInstanceAsync("pair", 100 * i, new StartOrchestrationOptions($"pair-{i}"));
            for (
                var end = await EndAsync(client, id);
                end.RuntimeStatus == OrchestrationRuntimeStatus.Failed;
                end = await EndAsync(client, id)
            )
            {
                var halves = new[] { await client.GetInstanceAsync(id + "-first"), await client.GetInstanceAsync(id + "-second") };
                Assert.Contains(OrchestrationRuntimeStatus.Failed, halves.Select(half => half!.RuntimeStatus));

                // It is refused while the second is about to fail.
                _ = await Record.ExceptionAsync(() => client.RewindInstanceAsync(id, "once more"));
            }
        }
    }

    [Fact]
    public async Task Rewind_ByManyAtOnce_HappensOnce()
    {
        var calls = 0;
        var client = await StartAsync(tasks =>
            tasks
                .AddOrchestratorFunc<object, int>("once", (context, _) => context.CallActivityAsync<int>("flaky"))
                .AddActivityFunc<object, int>("flaky", (_, _) => ++calls == 1 ? throw new TimeoutException() : calls)
        );
        var failed = await RunAsync(client, "once");

        var rewinds = await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(_ => Task.Run(async () => await Record.ExceptionAsync(() => client.RewindInstanceAsync(failed.InstanceId, "now"))))
        );

        Assert.Equal(2, Output<int>(await EndAsync(client, failed.InstanceId)));
        Assert.Equal(1, rewinds.Count(exception => exception is null));
        Assert.All(rewinds, exception => Assert.True(exception is null or InvalidOperationException));
    }
}
