using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Streaming;

/// <summary>Finds the runs whose jobs serve. The runs do: streaming knows them by this only.</summary>
internal interface IStreamingRuns
{
    /// <returns>The run; null when there is none.</returns>
    Task<StreamingRun?> FindAsync(DurableTaskClient durable, string id, CancellationToken cancellationToken);
}
