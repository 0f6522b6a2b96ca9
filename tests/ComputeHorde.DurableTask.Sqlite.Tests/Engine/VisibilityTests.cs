using ComputeHorde.DurableTask.Sqlite.Engine;
using ComputeHorde.DurableTask.Sqlite.Storage;
using ComputeHorde.Testing;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace ComputeHorde.DurableTask.Sqlite.Tests.Engine;

/// <summary>Writes that take long: what clients see meanwhile.</summary>
public sealed class VisibilityTests : IDisposable
{
    private readonly MemoryStore _stored = new();
    private readonly ManualResetEventSlim _mayGoOn = new();
    private volatile string? _slow;
    private volatile bool _isHeld;

    [Fact]
    public async Task Input_OfTheNextExecution_IsNotSeenBeforeItIsStored()
    {
        await using var hub = await StartAsync(tasks =>
            tasks.AddOrchestratorFunc<string, string>(
                "again",
                async (context, input) =>
                {
                    context.ContinueAsNew(await context.WaitForExternalEvent<string>("go"));
                    return input;
                }
            )
        );
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("again", "first");
        await hub.Client.WaitForInstanceStartAsync(id);
        _slow = "before the transaction";

        var raised = hub.Client.RaiseEventAsync(id, "go", "second");
        await Eventually.TrueAsync(() => _isHeld, "the write waits", everyMilliseconds: 1);
        var before = await hub.Client.GetInstanceAsync(id, getInputsAndOutputs: true);
        _mayGoOn.Set();
        await raised;

        Assert.Equal("first", before!.ReadInputAs<string>());
        Assert.Equal("second", (await hub.Client.GetInstanceAsync(id, getInputsAndOutputs: true))!.ReadInputAs<string>());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Instance_FoundFinished_CanBeActedOn(bool withQuery)
    {
        await using var hub = await StartAsync(tasks =>
            tasks.AddOrchestratorFunc<object, string>("wait", (context, _) => context.WaitForExternalEvent<string>("go"))
        );
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("wait");
        await hub.Client.WaitForInstanceStartAsync(id);
        _slow = "after the commit";
        var raised = hub.Client.RaiseEventAsync(id, "go", "on");
        await Eventually.TrueAsync(() => _isHeld, "the end is stored", everyMilliseconds: 1);

        Thread? asking = null;
        var asked = Task.Run(async () =>
        {
            asking = Thread.CurrentThread;
            Assert.Equal(id, withQuery ? await QueryAsync(hub.Client) : (await hub.Client.ListInstanceIdsAsync()).Values.Single());
            var seen = await hub.Client.GetInstanceAsync(id);
            return (seen!.RuntimeStatus, (await hub.Client.PurgeInstanceAsync(id)).PurgedInstanceCount);
        });
        await Eventually.TrueAsync(
            () => asked.IsCompleted || asking?.ThreadState.HasFlag(ThreadState.WaitSleepJoin) == true,
            "the question is answered, or waits"
        );
        _mayGoOn.Set();
        await raised;

        Assert.Equal((OrchestrationRuntimeStatus.Completed, 1), await asked);

        static async Task<string> QueryAsync(DurableTaskClient client)
        {
            var found = new List<OrchestrationMetadata>();
            await foreach (
                var instance in client.GetAllInstancesAsync(new OrchestrationQuery { Statuses = [OrchestrationRuntimeStatus.Completed] })
            )
            {
                found.Add(instance);
            }

            return found.Single().InstanceId;
        }
    }

    public void Dispose()
    {
        _mayGoOn.Dispose();
    }

    private async Task<TestHost> StartAsync(Action<DurableTaskRegistry> registry)
    {
        var store = new FaultyStore(
            _stored,
            place =>
            {
                if (place == _slow)
                {
                    _isHeld = true;
                    _mayGoOn.Wait(TimeSpan.FromMinutes(1));
                }

                return Fault.None;
            }
        );
        return await TestHost.StartAsync(registry, store: store);
    }
}
