using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Runs;

/// <summary>Says what the check of a run has found. The checks do: a run knows its check by name only.</summary>
internal interface IRunVerdicts
{
    /// <returns>The verdict as it is shown; null when the run has no check.</returns>
    Task<object?> FindAsync(DurableTaskClient durable, string runId, CancellationToken cancellationToken);
}
