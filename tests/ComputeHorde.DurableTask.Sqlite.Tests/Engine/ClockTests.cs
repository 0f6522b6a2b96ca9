using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.DurableTask.Sqlite.Tests.Engine;

/// <summary>A clock that is set back holds no timer up for as long as it was wrong.</summary>
public sealed class ClockTests
{
    private readonly SetClock _clock = new();
    private readonly TaskCompletionSource _began = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Theory]
    [InlineData(-1)]
    [InlineData(-24 * 30)]
    [InlineData(24)]
    public async Task Timer_ClockIsSetWhileItRuns_GoesOffAndTheNextOnesDo(int hours)
    {
        await using var host = await StartAsync(path: null);
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("timers");
        await _began.Task;
        _clock.Set(TimeSpan.FromHours(hours));
        await EndAsync(host, id);
    }

    [Fact]
    public async Task Timer_OfAnInstanceThatRanBeforeTheClockWasSetBack_GoesOff()
    {
        await using var host = await StartAsync(path: null);
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("waits");
        await _began.Task;
        _clock.Set(TimeSpan.FromDays(-1));
        await host.Client.RaiseEventAsync(id, "go");
        await EndAsync(host, id);

        // Another one, which knows nothing of the time before, keeps to the clock.
        var other = await host.Client.ScheduleNewOrchestrationInstanceAsync("timers");
        var end = await EndAsync(host, other);
        Assert.InRange(end.LastUpdatedAt, _clock.GetUtcNow().AddHours(-1), _clock.GetUtcNow().AddHours(1));
    }

    [Fact]
    public async Task Timer_ClockWasSetBackWhileTheHostWasDown_GoesOff()
    {
        var folder = Directory.CreateTempSubdirectory("clock");
        var path = Path.Combine(folder.FullName, "hub.db");
        try
        {
            string id;
            await using (var host = await StartAsync(path))
            {
                id = await host.Client.ScheduleNewOrchestrationInstanceAsync("timers");
                await _began.Task;
            }

            _clock.Set(TimeSpan.FromDays(-2));
            await using var again = await StartAsync(path);
            await EndAsync(again, id);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<OrchestrationMetadata> EndAsync(TestHost host, string id)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var end = await host.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, limit.Token);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
        return end;
    }

    private Task<TestHost> StartAsync(string? path) =>
        TestHost.StartAsync(
            tasks =>
                tasks
                    .AddOrchestratorFunc<object>(
                        "timers",
                        async (context, _) =>
                        {
                            await context.CallActivityAsync("begin");
                            await WaitTwiceAsync(context);
                        }
                    )
                    .AddOrchestratorFunc<object>(
                        "waits",
                        async (context, _) =>
                        {
                            await context.CallActivityAsync("begin");
                            await context.WaitForExternalEvent<object>("go");
                            await WaitTwiceAsync(context);
                        }
                    )
                    .AddActivityFunc("begin", _ => _began.TrySetResult()),
            new TestHostOptions { DatabasePath = path, TimeProvider = _clock }
        );

    private static async Task WaitTwiceAsync(TaskOrchestrationContext context)
    {
        for (var timer = 0; timer < 2; timer++)
        {
            await context.CreateTimer(context.CurrentUtcDateTime.AddMilliseconds(300), CancellationToken.None);
        }
    }

    /// <summary>The system's clock, set. Time passes as it does.</summary>
    private sealed class SetClock : TimeProvider
    {
        private long _by;

        public void Set(TimeSpan by) => Interlocked.Add(ref _by, by.Ticks);

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _by));
    }
}
