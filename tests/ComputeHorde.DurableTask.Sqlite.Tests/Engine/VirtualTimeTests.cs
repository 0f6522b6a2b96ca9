using System.Diagnostics;
using ComputeHorde.DurableTask.Sqlite.Testing;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.DurableTask.Sqlite.Tests.Engine;

public sealed class VirtualTimeTests
{
    private readonly VirtualTimeProvider _time = new();

    [Fact]
    public async Task Delay_WithoutAHub_JumpsToItsEnd()
    {
        var start = _time.GetUtcNow();
        var clock = Stopwatch.StartNew();

        await Task.Delay(TimeSpan.FromHours(6), _time);

        Assert.Equal(TimeSpan.FromHours(6), _time.GetUtcNow() - start);
        Assert.True(clock.Elapsed < TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Activity_AwaitingVirtualTime_LetsItPass()
    {
        await using var host = await TestHost.StartAsync(
            tasks =>
                tasks
                    .AddOrchestratorFunc<object, TimeSpan>(
                        "flow",
                        async (context, _) =>
                        {
                            var start = context.CurrentUtcDateTime;
                            await context.CallActivityAsync("slow");
                            return context.CurrentUtcDateTime - start;
                        }
                    )
                    .AddActivityFunc("slow", _ => Task.Delay(TimeSpan.FromHours(6), _time)),
            new TestHostOptions { TimeProvider = _time }
        );

        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("flow");
        var end = await host.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true);

        // Turns of one moment start a tick apart, so the first may be a tick late.
        Assert.InRange(
            end.ReadOutputAs<TimeSpan>(),
            TimeSpan.FromHours(6) - TimeSpan.FromTicks(10),
            TimeSpan.FromHours(6) + TimeSpan.FromSeconds(1)
        );
    }

    [Fact]
    public async Task Busy_HoldsTimeStill_UntilDisposed()
    {
        var start = _time.GetUtcNow();
        Task delay;
        using (_time.Busy())
        {
            delay = Task.Delay(TimeSpan.FromSeconds(1), _time);
            await Task.Delay(100);
            Assert.Equal(start, _time.GetUtcNow());
            Assert.False(delay.IsCompleted);
        }

        await delay;
        Assert.Equal(TimeSpan.FromSeconds(1), _time.GetUtcNow() - start);
    }

    [Fact]
    public void Advance_ByHand_FiresTimersInOrder()
    {
        using var held = _time.Busy();
        List<int> fired = [];
        using var second = _time.CreateTimer(_ => fired.Add(2), null, TimeSpan.FromSeconds(2), Timeout.InfiniteTimeSpan);
        using var first = _time.CreateTimer(_ => fired.Add(1), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3));

        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal([1, 2, 1], fired);
    }
}
