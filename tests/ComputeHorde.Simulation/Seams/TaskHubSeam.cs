using ComputeHorde.Simulation.Chaos;
using ComputeHorde.Simulation.World;
using Grpc.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Simulation.Seams;

/// <summary>The way from a host's functions to the task hub.</summary>
internal sealed class TaskHubSeam(Host host, DurableTaskClient hub) : DurableTaskClient(hub.Name)
{
    public override Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName,
        object? input = null,
        StartOrchestrationOptions? options = null,
        CancellationToken cancellation = default
    ) =>
        CallAsync(
            $"start {options?.InstanceId}",
            () => hub.ScheduleNewOrchestrationInstanceAsync(orchestratorName, input, options, CancellationToken.None)
        );

    public override Task RaiseEventAsync(
        string instanceId,
        string eventName,
        object? eventPayload = null,
        CancellationToken cancellation = default
    ) =>
        CallAsync(
            $"raise {eventName} {instanceId}",
            async () =>
            {
                await hub.RaiseEventAsync(instanceId, eventName, eventPayload, CancellationToken.None);
                return true;
            }
        );

    public override Task<OrchestrationMetadata?> GetInstancesAsync(
        string instanceId,
        bool getInputsAndOutputs = false,
        CancellationToken cancellation = default
    ) => CallAsync($"get {instanceId}", () => hub.GetInstancesAsync(instanceId, getInputsAndOutputs, CancellationToken.None));

    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null) =>
        hub.GetAllInstancesAsync(filter);

    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(
        string instanceId,
        bool getInputsAndOutputs = false,
        CancellationToken cancellation = default
    ) => hub.WaitForInstanceStartAsync(instanceId, getInputsAndOutputs, cancellation);

    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId,
        bool getInputsAndOutputs = false,
        CancellationToken cancellation = default
    ) => hub.WaitForInstanceCompletionAsync(instanceId, getInputsAndOutputs, cancellation);

    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        hub.SuspendInstanceAsync(instanceId, reason, cancellation);

    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        hub.ResumeInstanceAsync(instanceId, reason, cancellation);

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<T> CallAsync<T>(string operation, Func<Task<T>> action)
    {
        var fault = host.Draw(Seam.TaskHub, CallNames.Of(operation, ""), out var call);
        await host.TakeTimeAsync(call, fault == FaultKind.Slow ? 10 : 0.01, CancellationToken.None);
        switch (fault)
        {
            case FaultKind.DeathBefore:
                throw host.Die(call);
            case FaultKind.LostBefore:
                throw Lost();
        }

        var answer = await action();
        if (fault == FaultKind.DeathAfter)
        {
            throw host.Die(call);
        }

        host.RequireLife(call);
        return fault == FaultKind.LostAfter ? throw Lost() : answer;
    }

    private static RpcException Lost() => new(new Status(StatusCode.Unavailable, "The connection was lost, by seed."));
}
