using ComputeHorde.DurableTask.Sqlite.Engine;
using ComputeHorde.Testing;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.DurableTask.Sqlite.Tests.Engine.Contract;

public abstract partial class EngineContract
{
    [Fact]
    public async Task Echo_WithInput_ReturnsIt()
    {
        var client = await StartAsync(tasks => tasks.AddOrchestratorFunc<string, string>("echo", (_, input) => Task.FromResult(input)));

        Assert.Equal("hi", Output<string>(await RunAsync(client, "echo", "hi")));
        Assert.Null((await RunAsync(client, "echo")).SerializedOutput);
    }

    [Fact]
    public async Task Sequence_OfActivities_PassesResultsOn()
    {
        var client = await StartAsync(tasks =>
            tasks
                .AddOrchestratorFunc<int, int>(
                    "sequence",
                    async (context, value) =>
                    {
                        for (var i = 0; i < 10; i++)
                        {
                            value = await context.CallActivityAsync<int>("double", value);
                        }

                        return value;
                    }
                )
                .AddActivityFunc<int, int>("double", (_, value) => value * 2)
        );

        Assert.Equal(3 * 1024, Output<int>(await RunAsync(client, "sequence", 3)));
    }

    [Fact]
    public async Task FanOut_OfThousand_CollectsAllInOrder()
    {
        var client = await StartAsync(tasks =>
            tasks
                .AddOrchestratorFunc<int, int[]>(
                    "fan",
                    (context, count) => Task.WhenAll(Enumerable.Range(0, count).Select(i => context.CallActivityAsync<int>("square", i)))!
                )
                .AddActivityFunc<int, int>("square", (_, value) => value * value)
        );

        var result = Output<int[]>(await RunAsync(client, "fan", 1000));

        Assert.Equal(Enumerable.Range(0, 1000).Select(i => i * i), result);
    }

    [Fact]
    public async Task Activities_ThatNobodyWaitsFor_RunAndLeaveNothingBehind()
    {
        const int Count = 20;
        var ran = 0;
        var client = await StartAsync(tasks =>
            tasks
                .AddOrchestratorFunc<int, string>(
                    "loose",
                    (context, generation) =>
                    {
                        for (var i = 0; i < Count; i++)
                        {
                            _ = context.CallActivityAsync("count");
                        }

                        if (generation == 0)
                        {
                            context.ContinueAsNew(1);
                        }

                        return Task.FromResult("done");
                    }
                )
                .AddActivityFunc(
                    "count",
                    async _ =>
                    {
                        await Task.Yield();
                        Interlocked.Increment(ref ran);
                    }
                )
        );

        var end = await RunAsync(client, "loose", 0);
        await client.PurgeInstanceAsync(end.InstanceId);

        await Eventually.TrueAsync(() => ran == 2 * Count && MeasureStorage().Rows == 0, "all have run, and the store is empty");
        Assert.Equal("done", Output<string>(end));
    }

    [Fact]
    public async Task SubOrchestrations_Nested_ReturnThroughAllLevels()
    {
        var client = await StartAsync(tasks =>
            tasks.AddOrchestratorFunc<int, int>(
                "nest",
                async (context, depth) => depth == 0 ? 1 : 1 + await context.CallSubOrchestratorAsync<int>("nest", depth - 1)
            )
        );

        Assert.Equal(21, Output<int>(await RunAsync(client, "nest", 20)));
    }

    [Fact]
    public async Task Timer_OfYears_FiresAtItsTime()
    {
        var client = await StartAsync(tasks =>
            tasks.AddOrchestratorFunc<object, DateTime>(
                "sleep",
                async (context, _) =>
                {
                    await context.CreateTimer(TimeSpan.FromDays(3650), CancellationToken.None);
                    return context.CurrentUtcDateTime;
                }
            )
        );
        var start = Time.GetUtcNow().UtcDateTime;

        var end = Output<DateTime>(await RunAsync(client, "sleep"));

        Assert.InRange(end - start, TimeSpan.FromDays(3650), TimeSpan.FromDays(3650) + TimeSpan.FromMilliseconds(2));
    }

    [Fact]
    public async Task ExportHistory_WhileTheInstanceContinuesAsNew_IsOfOneExecution()
    {
        var client = await StartAsync(tasks =>
            tasks
                .AddOrchestratorFunc<int, int>(
                    "loop",
                    async (context, generation) =>
                    {
                        await context.CallActivityAsync("nothing");
                        if (generation < 300)
                        {
                            context.ContinueAsNew(generation + 1);
                        }

                        return generation;
                    }
                )
                .AddActivityFunc("nothing", _ => { })
        );
        var id = await client.ScheduleNewOrchestrationInstanceAsync("loop", 0);
        var end = EndAsync(client, id);
        while (!end.IsCompleted)
        {
            var history = HistoryDocument.Read(Host.Hub.ExportHistory(id)!);

            Assert.Equal(history.Events, history.Turns.Sum(turn => turn.EventCount));
        }

        Assert.Equal(300, Output<int>(await end));
    }

    [Fact]
    public async Task ContinueAsNew_TenThousandGenerations_KeepsStorageBoundedAndEvents()
    {
        var client = await StartAsync(tasks =>
            tasks.AddOrchestratorFunc<int, int>(
                "loop",
                async (context, generation) =>
                {
                    context.SetCustomStatus(generation);
                    if (generation is 100 or 10_000)
                    {
                        await context.WaitForExternalEvent<object>($"look at {generation}");
                    }

                    if (generation == 10_000)
                    {
                        return await context.WaitForExternalEvent<int>("answer");
                    }

                    context.ContinueAsNew(generation + 1);
                    return 0;
                }
            )
        );
        var id = await client.ScheduleNewOrchestrationInstanceAsync("loop", 0);
        await client.RaiseEventAsync(id, "answer", 42);
        var early = await LookAtAsync(100);
        var late = await LookAtAsync(10_000);

        Assert.Equal(42, Output<int>(await EndAsync(client, id)));
        Assert.InRange(early.Events!.Value, 1, 6);
        Assert.InRange(late.Events!.Value, 1, 6);
        Assert.InRange(late.Storage.Rows, 0, early.Storage.Rows + 2);
        Assert.InRange(late.Storage.Bytes, early.Storage.Bytes, early.Storage.Bytes + (64 << 10));

        async Task<(int? Events, (long Rows, long Bytes) Storage)> LookAtAsync(int generation)
        {
            while (
                (await client.GetInstanceAsync(id, getInputsAndOutputs: true))!.ReadCustomStatusAs<int>() != generation
                || Host.Hub.CountHistoryEvents(id) == 0
            )
            {
                await Task.Delay(1, TestContext.Current.CancellationToken);
            }

            var seen = (Host.Hub.CountHistoryEvents(id), MeasureStorage());
            await client.RaiseEventAsync(id, $"look at {generation}");
            return seen;
        }
    }

    [Fact]
    public async Task Activity_BlockingItsThreadAfterManyQuickCalls_HoldsUpNothingElse()
    {
        using var open = new ManualResetEventSlim();
        var client = await StartAsync(
            tasks =>
                tasks
                    .AddOrchestratorFunc<int, int>(
                        "steps",
                        async (context, count) =>
                        {
                            for (var i = 0; i < count; i++)
                            {
                                await context.CallActivityAsync<bool>("step", false);
                            }

                            return count;
                        }
                    )
                    .AddOrchestratorFunc<object, bool>("blocked", (context, _) => context.CallActivityAsync<bool>("step", true))
                    .AddActivityFunc<bool, bool>("step", (_, blocks) => !blocks || open.Wait(TimeSpan.FromMinutes(1))),
            options =>
                (options.TimeProvider, options.ConfigureWorker) = (
                    TimeProvider.System,
                    worker => worker.Concurrency.MaximumConcurrentOrchestrationWorkItems = 1
                )
        );
        await RunAsync(client, "steps", 200);

        var blocked = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => client.ScheduleNewOrchestrationInstanceAsync("blocked")));
        var others = await RunAsync(client, "steps", 50);
        open.Set();

        Assert.Equal(50, Output<int>(others));
        foreach (var id in blocked)
        {
            Assert.True(Output<bool>(await EndAsync(client, id)));
        }
    }
}
