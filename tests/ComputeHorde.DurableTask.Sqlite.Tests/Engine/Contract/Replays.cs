using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace ComputeHorde.DurableTask.Sqlite.Tests.Engine.Contract;

public abstract partial class EngineContract
{
    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public async Task IsReplaying_InEachTurn_DependsOnWhetherInstancesStayWarm(int warm)
    {
        var client = await StartAsync(
            tasks =>
                tasks
                    .AddOrchestratorFunc<object, bool[]>(
                        "flags",
                        async (context, _) =>
                        {
                            var first = context.IsReplaying;
                            await context.CreateTimer(TimeSpan.Zero, CancellationToken.None);
                            var second = context.IsReplaying;
                            await context.CallActivityAsync("nothing");
                            var third = context.IsReplaying;
                            await context.CallSubOrchestratorAsync("sub");
                            return [first, second, third, context.IsReplaying];
                        }
                    )
                    .AddOrchestratorFunc("sub", _ => { })
                    .AddActivityFunc("nothing", _ => { }),
            options => options.WarmInstances = warm
        );
        var replays = warm == 0;

        Assert.Equal([replays, replays, replays, false], Output<bool[]>(await RunAsync(client, "flags"))!);
    }

    [Theory]
    [InlineData("completed")]
    [InlineData("continued")]
    [InlineData("suspended")]
    [InlineData("resumed")]
    [InlineData("terminated")]
    [InlineData("rewound")]
    [InlineData("nested")]
    [InlineData("missing")]
    [InlineData("properties")]
    [InlineData("strayed")]
    [InlineData("unwritable")]
    [InlineData("version")]
    public async Task Replayer_OfTheCodeThatRan_AgreesWithItsHistory(string kind)
    {
        var failing = kind == "rewound";
        var client = await StartAsync(
            Register,
            options =>
                options.ConfigureServices = services =>
                    services
                        .AddSingleton<IExceptionPropertiesProvider, HttpStatus>()
                        .Configure<DurableTaskWorkerOptions>(worker =>
                            worker.Versioning = new DurableTaskWorkerOptions.VersioningOptions
                            {
                                Version = "1",
                                MatchStrategy = DurableTaskWorkerOptions.VersionMatchStrategy.CurrentOrOlder,
                                FailureStrategy = DurableTaskWorkerOptions.VersionFailureStrategy.Fail,
                            }
                        )
        );
        var options = new StartOrchestrationOptions("one") { Version = kind == "version" ? "2" : null };
        await client.ScheduleNewOrchestrationInstanceAsync(kind == "nested" ? "nested" : "shape", kind == "nested" ? 100 : kind, options);
        switch (kind)
        {
            case "suspended" or "resumed":
                await client.SuspendInstanceAsync("one");
                await client.RaiseEventAsync("one", "go");
                await (kind == "resumed" ? client.ResumeInstanceAsync("one") : Task.CompletedTask);
                break;
            case "terminated":
                await client.TerminateInstanceAsync("one", "enough");
                break;
            default:
                await client.RaiseEventAsync("one", "go");
                break;
        }

        if (kind == "rewound")
        {
            await EndAsync(client, "one");
            failing = false;
            await client.RewindInstanceAsync("one", "mended");
        }

        var status =
            kind == "suspended" ? (await client.GetInstanceAsync("one"))!.RuntimeStatus : (await EndAsync(client, "one")).RuntimeStatus;

        new HistoryReplayer(Register).Replay(Host.Hub.ExportHistory("one")!);

        Assert.Equal(
            kind switch
            {
                "suspended" => OrchestrationRuntimeStatus.Suspended,
                "terminated" => OrchestrationRuntimeStatus.Terminated,
                "nested" or "missing" or "strayed" or "unwritable" or "version" => OrchestrationRuntimeStatus.Failed,
                _ => OrchestrationRuntimeStatus.Completed,
            },
            status
        );

        void Register(DurableTaskRegistry registry) =>
            registry
                .AddOrchestratorFunc<string, string>(
                    "shape",
                    async (context, what) =>
                    {
                        await context.WaitForExternalEvent<object>("go");
                        switch (what)
                        {
                            case "continued":
                                context.ContinueAsNew("completed");
                                context.SendEvent(context.InstanceId, "go", 1);
                                break;
                            case "rewound":
                                await context.CallActivityAsync("flaky");
                                break;
                            case "missing":
                                await context.CallActivityAsync(
                                    "unknown",
                                    TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromSeconds(1)))
                                );
                                break;
                            case "properties":
                                try
                                {
                                    await context.CallActivityAsync("gone");
                                }
                                catch (TaskFailedException e) when (e.FailureDetails.Properties!["status"] is 410.0)
                                {
                                    await context.CreateTimer(TimeSpan.FromSeconds(1), CancellationToken.None);
                                }

                                break;
                            case "strayed":
                                // Long enough that it is not over already when it is awaited, however busy the machine is.
                                await Task.Delay(500);
                                break;
                            case "unwritable":
                                context.SetCustomStatus(new Func<int>(() => 1));
                                await context.WaitForExternalEvent<object>("never");
                                break;
                            default:
                                break;
                        }

                        return what!;
                    }
                )
                .AddOrchestratorFunc<int, int>(
                    "nested",
                    async (context, depth) =>
                        depth == 0 ? throw new TimeoutException() : await context.CallSubOrchestratorAsync<int>("nested", depth - 1)
                )
                .AddActivityFunc<object, int>("flaky", (_, _) => failing ? throw new TimeoutException() : 1)
                .AddActivityFunc("gone", _ => throw new HttpRequestException("gone", null, System.Net.HttpStatusCode.Gone));
    }

    [Fact]
    public async Task Code_ThatIsNotDeterministic_ShowsWhenEveryTurnReplays()
    {
        var runs = 0;
        var client = await StartAsync(
            tasks =>
                tasks
                    .AddOrchestratorFunc(
                        "odd",
                        async context =>
                        {
                            await context.CallActivityAsync(Interlocked.Increment(ref runs) % 2 == 1 ? "one" : "other");
                            await context.CallActivityAsync("one");
                        }
                    )
                    .AddActivityFunc("one", _ => { })
                    .AddActivityFunc("other", _ => { }),
            options => options.WarmInstances = 0
        );

        var end = await RunAsync(client, "odd");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Contains("NonDeterministicOrchestrationException", end.FailureDetails!.ErrorType, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ContinueAsNew_WhenEveryTurnReplays_BeginsAFreshHistory()
    {
        var client = await StartAsync(
            tasks =>
                tasks.AddOrchestratorFunc<int, int>(
                    "count",
                    async (context, count) =>
                    {
                        await context.WaitForExternalEvent<object>("next");
                        await context.CreateTimer(TimeSpan.FromSeconds(1), CancellationToken.None);
                        if (count < 20)
                        {
                            context.ContinueAsNew(count + 1);
                        }

                        return count;
                    }
                ),
            options => options.WarmInstances = 0
        );
        var id = await client.ScheduleNewOrchestrationInstanceAsync("count", 0);
        await Task.WhenAll(Enumerable.Range(0, 21).Select(_ => client.RaiseEventAsync(id, "next")));

        Assert.Equal(20, Output<int>(await EndAsync(client, id)));
    }
}
