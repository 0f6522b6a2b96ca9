using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.LocalRuntime.Tests.Engine.Contract;

public abstract partial class EngineContract
{
    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public async Task IsReplaying_InEachTurn_DependsOnWhetherInstancesStayWarm(int warm)
    {
        var client = await StartAsync(
            tasks => tasks
                .AddOrchestratorFunc<object, bool[]>("flags", async (context, _) =>
                {
                    var first = context.IsReplaying;
                    await context.CreateTimer(TimeSpan.Zero, CancellationToken.None);
                    var second = context.IsReplaying;
                    await context.CallActivityAsync("nothing");
                    var third = context.IsReplaying;
                    await context.CallSubOrchestratorAsync("sub");
                    return [first, second, third, context.IsReplaying];
                })
                .AddOrchestratorFunc("sub", _ => { })
                .AddActivityFunc("nothing", _ => { }),
            options => options.WarmInstances = warm);
        var replays = warm == 0;

        Assert.Equal([replays, replays, replays, false], Output<bool[]>(await RunAsync(client, "flags"))!);
    }

    [Fact]
    public async Task Code_ThatIsNotDeterministic_ShowsWhenEveryTurnReplays()
    {
        var runs = 0;
        var client = await StartAsync(
            tasks => tasks
                .AddOrchestratorFunc("odd", async context =>
                {
                    await context.CallActivityAsync(Interlocked.Increment(ref runs) % 2 == 1 ? "one" : "other");
                    await context.CallActivityAsync("one");
                })
                .AddActivityFunc("one", _ => { })
                .AddActivityFunc("other", _ => { }),
            options => options.WarmInstances = 0);

        var end = await RunAsync(client, "odd");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Contains("NonDeterministicOrchestrationException", end.FailureDetails!.ErrorType, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ContinueAsNew_WhenEveryTurnReplays_BeginsAFreshHistory()
    {
        var client = await StartAsync(
            tasks => tasks.AddOrchestratorFunc<int, int>("count", async (context, count) =>
            {
                await context.WaitForExternalEvent<object>("next");
                await context.CreateTimer(TimeSpan.FromSeconds(1), CancellationToken.None);
                if (count < 20)
                {
                    context.ContinueAsNew(count + 1);
                }

                return count;
            }),
            options => options.WarmInstances = 0);
        var id = await client.ScheduleNewOrchestrationInstanceAsync("count", 0);
        await Task.WhenAll(Enumerable.Range(0, 21).Select(_ => client.RaiseEventAsync(id, "next")));

        Assert.Equal(20, Output<int>(await EndAsync(client, id)));
    }
}
