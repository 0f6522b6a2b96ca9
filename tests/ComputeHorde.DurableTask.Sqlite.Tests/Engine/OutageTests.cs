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
        var failsUntil = 0L;
        var isDown = false;
        using var open = new ManualResetEventSlim();
        var store = new FaultyStore(
            new MemoryStore(),
            place =>
            {
                if (place != "before the transaction" || !Volatile.Read(ref isDown))
                {
                    return Fault.None;
                }

                // The outage begins with the first write.
                Interlocked.CompareExchange(ref failsUntil, Stopwatch.GetTimestamp() + Stopwatch.Frequency, 0);
                Interlocked.Increment(ref writes);
                return Stopwatch.GetTimestamp() < Volatile.Read(ref failsUntil) ? Fault.Fail : Fault.None;
            }
        );
        Action<DurableTaskRegistry> register = tasks =>
            tasks
                .AddOrchestratorFunc<object, int>("one", (context, _) => context.CallActivityAsync<int>("call"))
                .AddActivityFunc<object, int>(
                    "call",
                    (_, _) =>
                    {
                        open.Wait(TimeSpan.FromMinutes(1));
                        return Interlocked.Increment(ref calls);
                    }
                );
        await using var hub = await TestHost.StartAsync(register, store: store);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("one");
        Volatile.Write(ref isDown, true);
        open.Set();

        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        var end = await hub.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, limit.Token);

        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);

        // In one second with pauses of 10, 20, 40 ... milliseconds; without them there are thousands.
        Assert.InRange(writes, 2, 20);
        Assert.InRange(calls, 2, 20);
    }

    [Fact]
    public async Task Event_WhoseTargetCannotBeReadWhileItIsHandedOver_ComesOnce()
    {
        TestHost? host = null;
        var (isSending, failsToRead) = (false, false);
        var store = new FaultyStore(
            new MemoryStore(),
            place =>
            {
                if (place == "after adding a message" && Volatile.Read(ref isSending))
                {
                    // The target leaves the memory between the turn that sends and the moment the event is handed over.
                    var target = host!.Hub.Engine.Directory.Peek("target")!;
                    Assert.True(target.TryRetire(out _));
                    host.Hub.Engine.Directory.Remove(target);
                    Volatile.Write(ref failsToRead, true);
                    Volatile.Write(ref isSending, false);
                }

                if (place == FaultyStore.Reading + "target" && failsToRead)
                {
                    failsToRead = false;
                    return Fault.Fail;
                }

                return Fault.None;
            }
        );
        await using var started = host = await TestHost.StartAsync(
            tasks =>
                tasks
                    .AddOrchestratorFunc<object, int>(
                        "count",
                        async (context, _) =>
                        {
                            var events = 0;
                            while (await context.WaitForExternalEvent<bool>("more"))
                            {
                                events++;
                            }

                            return events;
                        }
                    )
                    .AddOrchestratorFunc("send", context => context.SendEvent("target", "more", true)),
            store: store
        );
        await host.Client.ScheduleNewOrchestrationInstanceAsync("count", new StartOrchestrationOptions("target"));
        await host.Client.WaitForInstanceStartAsync("target");
        Volatile.Write(ref isSending, true);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        await host.Client.ScheduleNewOrchestrationInstanceAsync("send", limit.Token);
        await Eventually.TrueAsync(() => !Volatile.Read(ref isSending) && !Volatile.Read(ref failsToRead), "the target could not be read");
        await Eventually.TrueAsync(() => host.Hub.CountHistoryEvents("target") >= 4, "the event has come");
        await host.Client.RaiseEventAsync("target", "more", false, limit.Token);

        var end = await host.Client.WaitForInstanceCompletionAsync("target", getInputsAndOutputs: true, limit.Token);

        Assert.False(failsToRead);
        Assert.Equal(1, end.ReadOutputAs<int>());
    }
}
