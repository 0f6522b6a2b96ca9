using ComputeHorde.Testing;
using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.DurableTask.Sqlite.Tests.Engine.Contract;

public abstract partial class EngineContract
{
    [Fact]
    public async Task Suspend_HoldsEvents_UntilResumed()
    {
        var client = await StartAsync(Waiting);
        var id = await client.ScheduleNewOrchestrationInstanceAsync("wait");
        await client.SuspendInstanceAsync(id, "stop");
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await client.GetInstanceAsync(id))!.RuntimeStatus);
        await client.RaiseEventAsync(id, "go", "E");
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await client.GetInstanceAsync(id))!.RuntimeStatus);
        await client.ResumeInstanceAsync(id);

        Assert.Equal("E", Output<string>(await EndAsync(client, id)));
    }

    [Fact]
    public async Task Suspend_HoldsTimersThatGoOff_AndLetsTheInstanceRest()
    {
        var client = await StartAsync(tasks =>
            tasks.AddOrchestratorFunc<object, int>(
                "pause",
                async (context, _) =>
                {
                    var late = context.CreateTimer(TimeSpan.FromHours(2), CancellationToken.None);
                    await Task.WhenAll(late, context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None));
                    return 1;
                }
            )
        );
        string id;
        long before;
        DateTimeOffset start;
        using (Time.Busy())
        {
            id = await client.ScheduleNewOrchestrationInstanceAsync("pause");
            await client.SuspendInstanceAsync(id);
            (before, start) = (Host.Hub.CommittedTransactions, Time.GetUtcNow());
        }

        await Eventually.TrueAsync(() => Time.GetUtcNow() - start > TimeSpan.FromHours(1.5), "both timers went off");
        await Task.Delay(TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken);

        // One turn for each moment at which a timer went off, at most.
        Assert.InRange(Host.Hub.CommittedTransactions - before, 0, 2);
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await client.GetInstanceAsync(id))!.RuntimeStatus);
        await client.ResumeInstanceAsync(id);
        Assert.Equal(1, Output<int>(await EndAsync(client, id)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public async Task Suspend_HoldsTheAnswerOfAnActivity_WithoutCallingItAgain(int warm)
    {
        var calls = 0;
        var called = new TaskCompletionSource();
        using var open = new ManualResetEventSlim();
        var client = await StartAsync(
            tasks =>
                tasks
                    .AddOrchestratorFunc<object, int>("call", (context, _) => context.CallActivityAsync<int>("slow"))
                    .AddActivityFunc<object, int>(
                        "slow",
                        (_, _) =>
                        {
                            called.TrySetResult();
                            open.Wait(TimeSpan.FromMinutes(1));
                            return Interlocked.Increment(ref calls);
                        }
                    ),
            options => options.WarmInstances = warm
        );
        var id = await client.ScheduleNewOrchestrationInstanceAsync("call");
        await client.SuspendInstanceAsync(id);
        await called.Task;
        var before = Host.Hub.CountHistoryEvents(id);
        open.Set();
        await Eventually.TrueAsync(() => Host.Hub.CountHistoryEvents(id) > before, "the answer is held", everyMilliseconds: 1);

        // Turns that bring nothing the code could go on with.
        await client.SuspendInstanceAsync(id);
        await client.RaiseEventAsync(id, "other");
        await client.ResumeInstanceAsync(id);

        Assert.Equal(1, Output<int>(await EndAsync(client, id)));
        Assert.Equal(1, calls);
        Assert.Equal(0, Host.Hub.Engine.Activities.Active);
    }

    [Fact]
    public async Task Terminate_GivesItsOutput_AndReachesChildrenIfAsked()
    {
        var client = await StartAsync(tasks =>
            Waiting(
                tasks.AddOrchestratorFunc<object, string>(
                    "parent",
                    (context, _) =>
                        context.CallSubOrchestratorAsync<string>(
                            "wait",
                            new SubOrchestrationOptions(instanceId: $"{context.InstanceId}-child")
                        )
                )
            )
        );
        foreach (var recursive in new[] { true, false })
        {
            var id = await client.ScheduleNewOrchestrationInstanceAsync("parent");
            await client.WaitForInstanceStartAsync($"{id}-child");
            await client.TerminateInstanceAsync(id, new TerminateInstanceOptions(new { why = "stop" }, recursive));

            var end = await EndAsync(client, id);

            Assert.Equal((OrchestrationRuntimeStatus.Terminated, "{\"why\":\"stop\"}"), (end.RuntimeStatus, end.SerializedOutput));
            if (recursive)
            {
                Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await EndAsync(client, $"{id}-child")).RuntimeStatus);
            }
            else
            {
                Assert.Equal(OrchestrationRuntimeStatus.Running, (await client.GetInstanceAsync($"{id}-child"))!.RuntimeStatus);
            }
        }
    }

    [Fact]
    public async Task Terminated_SubOrchestration_FailsItsCall()
    {
        var client = await StartAsync(tasks =>
            Waiting(
                tasks.AddOrchestratorFunc<object, string>(
                    "parent",
                    (context, _) => context.CallSubOrchestratorAsync<string>("wait", new SubOrchestrationOptions(instanceId: "child"))
                )
            )
        );
        var id = await client.ScheduleNewOrchestrationInstanceAsync("parent");
        await client.WaitForInstanceStartAsync("child");
        await client.TerminateInstanceAsync("child");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await EndAsync(client, id)).RuntimeStatus);
    }

    [Fact]
    public async Task Races_OfSuspendResumeTerminateRaiseAndPurge_EndInOneState()
    {
        var client = await StartAsync(Waiting);
        await Task.WhenAll(
            Enumerable
                .Range(0, 50)
                .Select(async i =>
                {
                    var id = await client.ScheduleNewOrchestrationInstanceAsync("wait");
                    await Task.WhenAll(
                        client.SuspendInstanceAsync(id),
                        client.RaiseEventAsync(id, "go", "x"),
                        client.ResumeInstanceAsync(id),
                        i % 2 == 0 ? client.TerminateInstanceAsync(id) : client.ResumeInstanceAsync(id),
                        client.PurgeInstanceAsync(id)
                    );
                    if (await client.GetInstanceAsync(id) is { } left)
                    {
                        Assert.True(left.IsCompleted, $"{id} is {left.RuntimeStatus}");
                        await client.PurgeInstanceAsync(id);
                    }

                    Assert.Null(await client.GetInstanceAsync(id));
                })
        );
    }

    [Fact]
    public async Task Unknown_AndFinishedInstances_SwallowMessages()
    {
        var client = await StartAsync(tasks => tasks.AddOrchestratorFunc<string, string>("echo", (_, input) => Task.FromResult(input)));
        var done = await RunAsync(client, "echo", "x");
        foreach (var id in new[] { "unknown", done.InstanceId })
        {
            await client.RaiseEventAsync(id, "e");
            await client.SuspendInstanceAsync(id);
            await client.ResumeInstanceAsync(id);
            await client.TerminateInstanceAsync(id);
        }

        Assert.Null(await client.GetInstanceAsync("unknown"));
        Assert.Equal(0, (await client.PurgeInstanceAsync("unknown")).PurgedInstanceCount);
        Assert.Equal("x", Output<string>(await EndAsync(client, done.InstanceId)));
    }

    [Fact]
    public async Task Start_OfALiveId_StartsNoSecondOne()
    {
        var client = await StartAsync(Waiting);
        var options = new StartOrchestrationOptions("dup");
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.ScheduleNewOrchestrationInstanceAsync("wait", options)));
        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() =>
            client.ScheduleNewOrchestrationInstanceAsync("wait", options.WithDedupeStatuses(OrchestrationRuntimeStatus.Running))
        );
        await client.RaiseEventAsync("dup", "go", "1");
        Assert.Equal("1", Output<string>(await EndAsync(client, "dup")));
        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() =>
            client.ScheduleNewOrchestrationInstanceAsync("wait", options.WithDedupeStatuses(OrchestrationRuntimeStatus.Completed))
        );

        await client.ScheduleNewOrchestrationInstanceAsync("wait", options);
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await client.GetInstanceAsync("dup"))!.RuntimeStatus);
        Assert.Single(await client.GetAllInstancesAsync().ToListAsync());
    }

    [Fact]
    public async Task Start_OfAFinishedIdAtTheSameMoment_RunsItsSubOrchestrationsAgain()
    {
        var client = await StartAsync(tasks =>
            tasks
                .AddOrchestratorFunc<int, int>("parent", (context, number) => context.CallSubOrchestratorAsync<int>("child", number))
                .AddOrchestratorFunc<int, int>("child", (_, number) => number)
        );
        using (Time.Busy())
        {
            for (var number = 0; number < 3; number++)
            {
                await client.ScheduleNewOrchestrationInstanceAsync("parent", number, new StartOrchestrationOptions("one"));

                Assert.Equal(number, Output<int>(await EndAsync(client, "one")));
            }
        }
    }

    [Fact]
    public async Task Terminate_OfACallerOfALiveId_SparesItsOwner()
    {
        var client = await StartAsync(tasks =>
            Waiting(
                tasks.AddOrchestratorFunc<object, string>(
                    "caller",
                    async (context, _) =>
                    {
                        await context.WaitForExternalEvent<object>("call");
                        return await context.CallSubOrchestratorAsync<string>("wait", new SubOrchestrationOptions(instanceId: "owned"));
                    }
                )
            )
        );
        await client.ScheduleNewOrchestrationInstanceAsync("wait", new StartOrchestrationOptions("owned"));
        var id = await client.ScheduleNewOrchestrationInstanceAsync("caller");

        // The call is made, and its failure held.
        await client.RaiseEventAsync(id, "call");
        await client.SuspendInstanceAsync(id);
        await client.TerminateInstanceAsync(id, new TerminateInstanceOptions(null, Recursive: true));

        await EndAsync(client, id);
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await client.GetInstanceAsync("owned"))!.RuntimeStatus);
    }

    [Fact]
    public async Task StartAt_Later_KeepsEventsAndStartsInTime()
    {
        var client = await StartAsync(tasks =>
            tasks.AddOrchestratorFunc<object, DateTime>(
                "later",
                async (context, _) =>
                {
                    await context.WaitForExternalEvent<string>("go");
                    return context.CurrentUtcDateTime;
                }
            )
        );
        DateTimeOffset at;
        using (Time.Busy())
        {
            at = Time.GetUtcNow().AddDays(3);
            await client.ScheduleNewOrchestrationInstanceAsync("later", null, new StartOrchestrationOptions("later", at));
            await client.RaiseEventAsync("later", "go", "early");
            Assert.Equal(OrchestrationRuntimeStatus.Pending, (await client.GetInstanceAsync("later"))!.RuntimeStatus);
        }

        Assert.True(Output<DateTime>(await EndAsync(client, "later")) >= at.UtcDateTime);
    }

    [Fact]
    public async Task CustomStatus_AndData_ShowOnlyWhenAskedFor()
    {
        var client = await StartAsync(tasks =>
            tasks.AddOrchestratorFunc<string, string>(
                "status",
                async (context, input) =>
                {
                    context.SetCustomStatus(new { step = 1 });
                    return input + await context.WaitForExternalEvent<string>("go");
                }
            )
        );
        var id = await client.ScheduleNewOrchestrationInstanceAsync("status", "in");
        var running = await client.WaitForInstanceStartAsync(id, getInputsAndOutputs: true);
        Assert.Equal("{\"step\":1}", running.SerializedCustomStatus);
        await client.RaiseEventAsync(id, "go", "out");
        await EndAsync(client, id);

        var bare = (await client.GetInstanceAsync(id))!;

        Assert.Equal((null, null, null), (bare.SerializedInput, bare.SerializedOutput, bare.SerializedCustomStatus));
        Assert.Throws<InvalidOperationException>(bare.ReadOutputAs<string>);
        Assert.Equal("inout", (await client.GetInstanceAsync(id, getInputsAndOutputs: true))!.ReadOutputAs<string>());
    }

    [Fact]
    public async Task Payloads_LargeAndUnicode_ComeThrough()
    {
        var client = await StartAsync(tasks =>
            tasks
                .AddOrchestratorFunc<string, string>("big", (context, input) => context.CallActivityAsync<string>("same", input)!)
                .AddActivityFunc<string, string>("same", (_, input) => input)
        );
        foreach (var payload in new[] { new string('x', 4_000_000), "🦀 ẞ \u0000 \u2028 日本語 \" \\ \uFFFD", "" })
        {
            Assert.Equal(payload, Output<string>(await RunAsync(client, "big", payload)));
        }
    }

    [Fact]
    public async Task Query_OverTenThousand_ComesByPage()
    {
        var client = await StartAsync(tasks => tasks.AddOrchestratorFunc<int, int>("echo", (_, input) => input));
        var ids = await Task.WhenAll(
            Enumerable
                .Range(0, 10_000)
                .Select(i =>
                    client.ScheduleNewOrchestrationInstanceAsync(
                        "echo",
                        i,
                        new StartOrchestrationOptions($"{(i % 2 == 0 ? "even" : "odd")}-{i}")
                    )
                )
        );
        await Task.WhenAll(ids.Select(id => client.WaitForInstanceCompletionAsync(id)));
        List<string> found = [];
        var pages = 0;
        await foreach (
            var page in client.GetAllInstancesAsync(new OrchestrationQuery { PageSize = 700, InstanceIdPrefix = "even" }).AsPages()
        )
        {
            pages++;
            found.AddRange(page.Values.Select(instance => instance.InstanceId));
        }

        Assert.Equal(8, pages);
        Assert.Equal(ids.Where(id => id.StartsWith("even", StringComparison.Ordinal)).Order(), found.Order());
        Assert.Empty(
            await client.GetAllInstancesAsync(new OrchestrationQuery { Statuses = [OrchestrationRuntimeStatus.Running] }).ToListAsync()
        );
        Assert.Equal(10_000, (await client.PurgeAllInstancesAsync(new PurgeInstancesFilter())).PurgedInstanceCount);
        Assert.Empty(await client.GetAllInstancesAsync().ToListAsync());
    }

    [Fact]
    public async Task ReplaySafeLogger_OnReplay_WritesOnce()
    {
        var logs = new CollectingLoggers();
        var client = await StartAsync(
            tasks =>
                tasks.AddOrchestratorFunc<object, bool>(
                    "log",
                    async (context, _) =>
                    {
                        context.CreateReplaySafeLogger("mine").LogInformation("before");
                        await context.WaitForExternalEvent<string>("go");
                        context.CreateReplaySafeLogger("mine").LogInformation("after");
                        return context.IsReplaying;
                    }
                ),
            options => (options.LoggerFactory, options.WarmInstances) = (logs, 1)
        );
        var ids = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.ScheduleNewOrchestrationInstanceAsync("log")));
        foreach (var id in ids)
        {
            await client.RaiseEventAsync(id, "go");
            Assert.False(Output<bool>(await EndAsync(client, id)));
        }

        Assert.Equal((20, 20), (logs.Count("before"), logs.Count("after")));
    }

    [Fact]
    public async Task NewGuid_OnReplay_IsTheSame()
    {
        var client = await StartAsync(
            tasks =>
                tasks.AddOrchestratorFunc<object, Guid[]>(
                    "guids",
                    async (context, _) =>
                    {
                        var (one, two) = (context.NewGuid(), context.NewGuid());
                        context.SetCustomStatus(one);
                        await context.WaitForExternalEvent<string>("go");
                        return [one, two];
                    }
                ),
            options => options.WarmInstances = 1
        );
        var ids = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => client.ScheduleNewOrchestrationInstanceAsync("guids")));
        foreach (var id in ids)
        {
            await client.RaiseEventAsync(id, "go");
            var end = await EndAsync(client, id);
            var guids = Output<Guid[]>(end)!;
            Assert.Equal(end.ReadCustomStatusAs<Guid>(), guids[0]);
            Assert.NotEqual(guids[0], guids[1]);
            Assert.Equal(5, guids[0].Version);
        }
    }

    private static void Waiting(DurableTaskRegistry tasks) =>
        tasks.AddOrchestratorFunc<object, string>("wait", (context, _) => context.WaitForExternalEvent<string>("go"));

    private sealed class CollectingLoggers : ILoggerFactory, ILogger
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<string> _lines = new();

        public int Count(string line) => _lines.Count(written => written == line);

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) { }

        public void Dispose() { }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => _lines.Enqueue(formatter(state, exception));
    }

    [Fact]
    public async Task Terminate_TogetherWithTheEventThatContinuesAsNew_IsNotLost()
    {
        using var entered = new ManualResetEventSlim();
        using var open = new ManualResetEventSlim();
        var client = await StartAsync(tasks =>
            tasks.AddOrchestratorFunc<object, int>(
                "again",
                async (context, _) =>
                {
                    entered.Set();
                    open.Wait(TimeSpan.FromMinutes(1));
                    await context.WaitForExternalEvent<object>("go");
                    context.ContinueAsNew();
                    return 0;
                }
            )
        );
        var created = client.ScheduleNewOrchestrationInstanceAsync("again", new StartOrchestrationOptions("one"));
        entered.Wait(TimeSpan.FromMinutes(1));
        var raised = client.RaiseEventAsync("one", "go");
        var terminated = client.TerminateInstanceAsync("one", "enough");
        open.Set();
        await Task.WhenAll(created, raised, terminated);

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await EndAsync(client, "one")).RuntimeStatus);
    }
}
