using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.DurableTask.Sqlite.Tests.Engine.Contract;

public abstract partial class EngineContract
{
    [Fact]
    public async Task Waiting_GivenUp_ThrowsExactlyOperationCanceled()
    {
        var client = await StartAsync(Waiting);
        var id = await client.ScheduleNewOrchestrationInstanceAsync("wait");
        using var limit = new CancellationTokenSource();
        var end = client.WaitForInstanceCompletionAsync(id, limit.Token);
        var start = client.WaitForInstanceStartAsync("unknown", limit.Token);
        await limit.CancelAsync();

        var exception = await Assert.ThrowsAsync<OperationCanceledException>(() => end);
        Assert.Equal("The WaitForInstanceCompletionAsync operation was canceled.", exception.Message);
        await Assert.ThrowsAsync<OperationCanceledException>(() => start);
        await Assert.ThrowsAsync<OperationCanceledException>(() => client.ScheduleNewOrchestrationInstanceAsync("wait", limit.Token));
    }

    [Theory]
    [InlineData]
    [InlineData("pending", "FAILED")]
    public async Task Start_OfALiveIdWithOtherDedupeStatuses_TakesItsPlace(params string[] statuses)
    {
        var client = await StartAsync(Waiting);
        var options = new StartOrchestrationOptions("dup") { DedupeStatuses = statuses };
        await client.ScheduleNewOrchestrationInstanceAsync("wait", "first", options);
        await client.WaitForInstanceStartAsync("dup");
        await client.SuspendInstanceAsync("dup");

        await client.ScheduleNewOrchestrationInstanceAsync("wait", "second", options);

        var second = await client.WaitForInstanceStartAsync("dup", getInputsAndOutputs: true);
        Assert.Equal((OrchestrationRuntimeStatus.Running, "second"), (second.RuntimeStatus, second.ReadInputAs<string>()));
        Assert.Single(await client.GetAllInstancesAsync().ToListAsync());
    }

    [Fact]
    public async Task Start_InThePlaceOfALiveInstanceByManyAtOnce_ComesBackToAll()
    {
        var client = await StartAsync(Waiting);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        var options = new StartOrchestrationOptions("one").WithDedupeStatuses();

        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(_ =>
                    Task.Run(async () =>
                    {
                        for (var i = 0; i < 10; i++)
                        {
                            await client.ScheduleNewOrchestrationInstanceAsync("wait", options, limit.Token);
                        }
                    })
                )
        );
        await client.RaiseEventAsync("one", "go", "last", limit.Token);

        Assert.Equal("last", Output<string>(await EndAsync(client, "one")));
    }

    [Fact]
    public async Task DedupeStatuses_UnknownOrContradictory_AreRefused()
    {
        var client = await StartAsync(Waiting);
        var options = new StartOrchestrationOptions("dup");

        var unknown = await Assert.ThrowsAsync<ArgumentException>(() =>
            client.ScheduleNewOrchestrationInstanceAsync("wait", options with { DedupeStatuses = ["Completed", "Finished"] })
        );
        Assert.StartsWith("Invalid orchestration runtime status: 'Finished' for deduplication.", unknown.Message, StringComparison.Ordinal);
        Assert.Null(await client.GetInstanceAsync("dup"));

        var all = options.WithDedupeStatuses(Enum.GetValues<OrchestrationRuntimeStatus>());
        await client.ScheduleNewOrchestrationInstanceAsync("wait", all);
        await Assert.ThrowsAsync<ArgumentException>(() =>
            client.ScheduleNewOrchestrationInstanceAsync(
                "wait",
                options.WithDedupeStatuses(OrchestrationRuntimeStatus.Terminated, OrchestrationRuntimeStatus.Failed)
            )
        );
        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => client.ScheduleNewOrchestrationInstanceAsync("wait", all));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Restart_OfAFinishedInstance_KeepsNameInputAndTags(bool newId)
    {
        var client = await StartAsync(Waiting);
        var options = new StartOrchestrationOptions { Tags = new Dictionary<string, string> { ["team"] = "blue" } };
        var id = await client.ScheduleNewOrchestrationInstanceAsync("wait", "in", options);
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.RestartAsync(id));
        await client.RaiseEventAsync(id, "go", "1");
        await EndAsync(client, id);

        var again = await client.RestartAsync(id, newId);
        await client.RaiseEventAsync(again, "go", "2");
        var second = await EndAsync(client, again);

        Assert.Equal(newId, again != id);
        Assert.Equal(("wait", "in", "2", "blue"), (second.Name, second.ReadInputAs<string>(), Output<string>(second), second.Tags["team"]));
    }

    [Fact]
    public async Task Restart_OfAnUnknownInstance_IsRefusedByName()
    {
        var client = await StartAsync(Waiting);

        var exception = await Assert.ThrowsAsync<ArgumentException>(() => client.RestartAsync("nobody"));

        Assert.StartsWith("An orchestration with the instanceId nobody was not found.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_ThatComeOutEven_EndWithoutAnEmptyOne()
    {
        var client = await StartAsync(Waiting);
        for (var i = 0; i < 6; i++)
        {
            await client.ScheduleNewOrchestrationInstanceAsync("wait", new StartOrchestrationOptions($"page-{i}"));
        }

        var pages = await client.GetAllInstancesAsync().AsPages(pageSizeHint: 3).ToListAsync();
        var resumed = await client.GetAllInstancesAsync().AsPages(pages[0].ContinuationToken, pageSizeHint: 2).ToListAsync();

        Assert.Equal([3, 3], pages.Select(page => page.Values.Count));
        Assert.Null(pages[1].ContinuationToken);
        Assert.Equal([2, 1], resumed.Select(page => page.Values.Count));
    }

    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(1, 0, 0)]
    [InlineData(0, -1, 0)]
    public async Task Purge_ByCreation_IncludesItsBounds(int fromTicks, int toTicks, int purged)
    {
        var client = await StartAsync(tasks => tasks.AddOrchestratorFunc("done", _ => { }));
        var created = (await RunAsync(client, "done")).CreatedAt;

        var result = await client.PurgeAllInstancesAsync(new PurgeInstancesFilter(created.AddTicks(fromTicks), created.AddTicks(toTicks)));

        Assert.Equal(purged, result.PurgedInstanceCount);
    }

    [Fact]
    public async Task Purge_WithoutTime_IsRefused()
    {
        var client = await StartAsync(Waiting);

        var exception = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() =>
            client.PurgeAllInstancesAsync(new PurgeInstancesFilter { Timeout = TimeSpan.Zero })
        );

        Assert.Contains("Timeout must be a positive TimeSpan.", exception.Message, StringComparison.Ordinal);
    }
}
