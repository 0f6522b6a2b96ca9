using ComputeHorde.Testing;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace ComputeHorde.DurableTask.Sqlite.Tests.Engine.Contract;

public abstract partial class EngineContract
{
    [Fact]
    public async Task WarmInstances_BeyondTheirNumber_LeaveTheMemoryAndComeBack()
    {
        var client = await StartAsync(
            tasks =>
                tasks
                    .AddOrchestratorFunc<object, string>(
                        "steps",
                        async (context, _) =>
                        {
                            var first = await context.CallActivityAsync<string>("same", "a");
                            await context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
                            return first + await context.WaitForExternalEvent<string>("go");
                        }
                    )
                    .AddActivityFunc<string, string>("same", (_, text) => text),
            options => options.WarmInstances = 10
        );
        var ids = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => client.ScheduleNewOrchestrationInstanceAsync("steps")));
        await Eventually.TrueAsync(() => ids.All(id => Host.Hub.CountHistoryEvents(id) >= 7), "all wait for their event");

        await Eventually.TrueAsync(() => Host.Hub.Engine.Directory.Count <= 30, "most have left the memory");
        await Task.WhenAll(ids.Select(id => client.RaiseEventAsync(id, "go", "b")));
        foreach (var id in ids)
        {
            Assert.Equal("ab", Output<string>(await EndAsync(client, id)));
        }
    }

    [Fact]
    public async Task Instances_ThatHaveEndedAndArePurged_LeaveTheMemory()
    {
        const int Count = 600;
        const int Length = 200_000;
        var client = await StartAsync(tasks => tasks.AddOrchestratorFunc<string, int>("length", (_, text) => text!.Length));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < Count; i++)
        {
            var end = await RunAsync(client, "length", new string('x', Length));
            Assert.Equal(1, (await client.PurgeInstanceAsync(end.InstanceId)).PurgedInstanceCount);
        }

        // A hundred or so may still be listed, and other tests use the same memory.
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, Count * 2L * Length / 2);
    }
}
