using System.Diagnostics;
using ComputeHorde.DurableTask.Sqlite.Engine;
using ComputeHorde.DurableTask.Sqlite.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace ComputeHorde.DurableTask.Sqlite.Tests.Engine;

public sealed class OutageTests
{
    [Fact]
    public async Task Store_ThatCannotBeWrittenForAWhile_IsNotTriedAgainAndAgain()
    {
        var (writes, calls) = (0, 0);
        var failsUntil = long.MaxValue;
        var isDown = false;
        using var open = new ManualResetEventSlim();
        var store = new FaultyStore(new MemoryStore(), place =>
        {
            if (place != "before the transaction" || !Volatile.Read(ref isDown))
            {
                return Fault.None;
            }

            Interlocked.Increment(ref writes);
            return Stopwatch.GetTimestamp() < Volatile.Read(ref failsUntil) ? Fault.Fail : Fault.None;
        });
        Action<DurableTaskRegistry> register = tasks => tasks
            .AddOrchestratorFunc<object, int>("one", (context, _) => context.CallActivityAsync<int>("call"))
            .AddActivityFunc<object, int>("call", (_, _) =>
            {
                open.Wait(TimeSpan.FromMinutes(1));
                return Interlocked.Increment(ref calls);
            });
        await using var hub = await TestHost.StartAsync(register, store: store);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("one");
        Volatile.Write(ref failsUntil, Stopwatch.GetTimestamp() + Stopwatch.Frequency);
        Volatile.Write(ref isDown, true);
        open.Set();

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var end = await hub.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, limit.Token);

        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);

        // In one second with pauses of 10, 20, 40 ... milliseconds; without them there are thousands.
        Assert.InRange(writes, 2, 20);
        Assert.InRange(calls, 2, 20);
    }
}
