using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using static Microsoft.DurableTask.Worker.DurableTaskWorkerOptions;

namespace ComputeHorde.DurableTask.Sqlite.Tests.Engine.Contract;

public abstract partial class EngineContract
{
    [Theory]
    [InlineData("2", "2")]
    [InlineData("", "1")]
    [InlineData(null, "1")]
    public async Task ContinueAsNew_WithAVersion_GoesOnInIt(string? next, string expected)
    {
        var client = await StartAsync(tasks =>
            tasks.AddOrchestratorFunc<bool, string>(
                "migrate",
                (context, isSecond) =>
                {
                    if (!isSecond)
                    {
                        context.ContinueAsNew(new ContinueAsNewOptions { NewInput = true, NewVersion = next });
                    }

                    return context.Version;
                }
            )
        );
        var id = await client.ScheduleNewOrchestrationInstanceAsync("migrate", new StartOrchestrationOptions { Version = "1" });

        Assert.Equal(expected, Output<string>(await EndAsync(client, id)));
    }

    [Theory]
    [InlineData("3", "child 3, activity 3")]
    [InlineData("", "child , activity ")]
    [InlineData(null, "child , activity 1")]
    public async Task Version_OfACall_IsInheritedOnlyByActivities(string? version, string expected)
    {
        var client = await StartAsync(tasks =>
            tasks
                .AddOrchestratorFunc<object, string>(
                    "parent",
                    async (context, _) =>
                    {
                        var options = version is null ? new TaskOptions() : new TaskOptions { Version = version };
                        return await context.CallSubOrchestratorAsync<string>("child", options)
                            + await context.CallActivityAsync<string>("activity", options);
                    }
                )
                .AddOrchestratorFunc<object, string>("child", (context, _) => $"child {context.Version}, ")
                .AddActivityFunc<object, string>("activity", (context, _) => $"activity {context.Version}")
        );
        var id = await client.ScheduleNewOrchestrationInstanceAsync("parent", new StartOrchestrationOptions { Version = "1" });

        Assert.Equal(expected, Output<string>(await EndAsync(client, id)));
    }

    [Fact]
    public async Task Termination_OfAnInstanceOfAnotherVersionThatIsNotDue_IsKeptAndNotTurnedOver()
    {
        var client = await StartAsync(
            Waiting,
            options =>
                options.ConfigureWorker = (
                    durable => durable.Versioning = new VersioningOptions { Version = "1", MatchStrategy = VersionMatchStrategy.Strict }
                )
        );
        using var held = Time.Busy();
        await client.ScheduleNewOrchestrationInstanceAsync(
            "wait",
            new StartOrchestrationOptions("later", Time.GetUtcNow().AddDays(1)) { Version = "2" }
        );
        var before = Host.Hub.CommittedTransactions;

        await client.TerminateInstanceAsync("later");
        await Task.Delay(TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken);

        Assert.InRange(Host.Hub.CommittedTransactions - before, 1, 2);
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await client.GetInstanceAsync("later"))!.RuntimeStatus);
    }

    [Fact]
    public async Task Tags_OfASubOrchestration_AreItsCallersAndItsOwn()
    {
        var calls = 0;
        var client = await StartAsync(tasks =>
            tasks
                .AddOrchestratorFunc(
                    "parent",
                    context =>
                        context.CallSubOrchestratorAsync(
                            "child",
                            new SubOrchestrationOptions(
                                new TaskOptions(
                                    new RetryPolicy(2, TimeSpan.FromSeconds(1)),
                                    new Dictionary<string, string> { ["own"] = "1", ["both"] = "child" }
                                ),
                                "child"
                            )
                        )
                )
                .AddOrchestratorFunc(
                    "child",
                    context => context.CallSubOrchestratorAsync("grandchild", new SubOrchestrationOptions(instanceId: "grandchild"))
                )
                .AddOrchestratorFunc(
                    "grandchild",
                    _ =>
                    {
                        if (++calls == 1)
                        {
                            throw new TimeoutException();
                        }
                    }
                )
        );
        var tags = new Dictionary<string, string> { ["inherited"] = "2", ["both"] = "parent" };
        var id = await client.ScheduleNewOrchestrationInstanceAsync("parent", new StartOrchestrationOptions { Tags = tags });
        await EndAsync(client, id);

        foreach (var descendant in new[] { "child", "grandchild" })
        {
            var found = await EndAsync(client, descendant);
            Assert.Equal(OrchestrationRuntimeStatus.Completed, found.RuntimeStatus);
            Assert.Equal(["both=child", "inherited=2", "own=1"], found.Tags.Select(tag => $"{tag.Key}={tag.Value}").Order());
        }
    }

    [Theory]
    [InlineData(VersionMatchStrategy.None, "2", "1", null)]
    [InlineData(VersionMatchStrategy.Strict, "1", "1.0", "does not match")]
    [InlineData(VersionMatchStrategy.Strict, "1", "1", null)]
    [InlineData(VersionMatchStrategy.CurrentOrOlder, "2", "3", "is greater than")]
    [InlineData(VersionMatchStrategy.CurrentOrOlder, "2", "1", null)]
    [InlineData(VersionMatchStrategy.CurrentOrOlder, "2", "", null)]
    public async Task VersionMismatch_WhenItFails_NamesBothVersions(
        VersionMatchStrategy strategy,
        string worker,
        string instance,
        string? error
    )
    {
        var client = await StartAsync(
            tasks => tasks.AddOrchestratorFunc<object, string>("versioned", (context, _) => context.Version),
            options =>
                options.ConfigureWorker = (
                    durable =>
                        durable.Versioning = new VersioningOptions
                        {
                            Version = worker,
                            MatchStrategy = strategy,
                            FailureStrategy = VersionFailureStrategy.Fail,
                        }
                )
        );

        var id = await client.ScheduleNewOrchestrationInstanceAsync("versioned", new StartOrchestrationOptions { Version = instance });
        var end = await EndAsync(client, id);

        Assert.Equal(error is null ? null : "VersionMismatch", end.FailureDetails?.ErrorType);
        Assert.Equal(error is null ? instance : null, error is null ? end.ReadOutputAs<string>() : null);
        Assert.Contains(error ?? "", end.FailureDetails?.ErrorMessage ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task VersionMismatch_WhenItIsRejected_LeavesTheInstanceAndItsEvents()
    {
        var client = await StartAsync(
            tasks => tasks.AddOrchestratorFunc<object, string>("versioned", (context, _) => context.WaitForExternalEvent<string>("go")),
            options =>
                options.ConfigureWorker = (
                    durable => durable.Versioning = new VersioningOptions { Version = "1", MatchStrategy = VersionMatchStrategy.Strict }
                )
        );
        var newer = await client.ScheduleNewOrchestrationInstanceAsync("versioned", new StartOrchestrationOptions { Version = "2" });
        var own = await client.ScheduleNewOrchestrationInstanceAsync("versioned", new StartOrchestrationOptions { Version = "1" });
        await client.RaiseEventAsync(newer, "go", "x");
        await client.RaiseEventAsync(own, "go", "x");

        Assert.Equal("x", Output<string>(await EndAsync(client, own)));
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await client.GetInstanceAsync(newer))!.RuntimeStatus);
    }

    [Theory]
    [InlineData(null, "start 1, child 2")]
    [InlineData("", "start , child ")]
    public async Task DefaultVersion_OfClientAndWorker_IsForStartsWithoutOne(string? version, string expected)
    {
        var client = await StartAsync(
            tasks =>
                tasks
                    .AddOrchestratorFunc<object, string>(
                        "start",
                        async (context, _) =>
                            $"start {context.Version}, "
                            + await context.CallSubOrchestratorAsync<string>(
                                "child",
                                version is null ? new TaskOptions() : new TaskOptions { Version = version }
                            )
                    )
                    .AddOrchestratorFunc<object, string>("child", (context, _) => $"child {context.Version}"),
            options =>
                options.ConfigureServices = services =>
                    services
                        .Configure<DurableTaskClientOptions>(defaults => defaults.DefaultVersion = "1")
                        .Configure<DurableTaskWorkerOptions>(durable => durable.Versioning = new VersioningOptions { DefaultVersion = "2" })
        );

        var options = version is null ? new StartOrchestrationOptions() : new StartOrchestrationOptions { Version = version };
        var id = await client.ScheduleNewOrchestrationInstanceAsync("start", options);

        Assert.Equal(expected, Output<string>(await EndAsync(client, id)));
    }
}
