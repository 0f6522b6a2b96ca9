using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Hosting;

/// <summary>Starts orchestrations that must never be started twice, whatever has become of them.</summary>
internal static class OrchestrationStarter
{
    /// <returns>Whether it was started now; false when an instance of this name exists already.</returns>
    public static async Task<bool> TryStartAsync(
        DurableTaskClient durable,
        string id,
        TaskName orchestrator,
        object input,
        CancellationToken cancellationToken
    )
    {
        var options = new StartOrchestrationOptions(id).WithDedupeStatuses(Enum.GetValues<OrchestrationRuntimeStatus>());
        try
        {
            await durable.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, options, cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception.GetType().Name == "OrchestrationAlreadyExistsException")
        {
            // Somebody else started the same at the same moment. The type differs from back end to back end; its name does not.
            return false;
        }
    }
}
