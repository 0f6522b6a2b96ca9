using Microsoft.DurableTask.Abstractions;
using static Microsoft.DurableTask.Worker.DurableTaskWorkerOptions;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>Which versions of orchestrations the hub runs: none without a worker.</summary>
internal sealed class VersionGate(VersioningOptions? options, bool hasWorker)
{
    /// <summary>The version of sub-orchestrations that are called without one; null for none.</summary>
    public string? DefaultVersion => options?.DefaultVersion is { Length: > 0 } version ? version : null;

    /// <summary>Whether an instance of this version stays as it is, for a hub of another version.</summary>
    public bool Rejects(string? version) =>
        !hasWorker || (options?.FailureStrategy == VersionFailureStrategy.Reject && Mismatch(version) is not null);

    /// <summary>Why an instance of this version is not run; null if it is.</summary>
    public FailureDetails? Mismatch(string? version)
    {
        if (options is null)
        {
            return null;
        }

        var order = TaskOrchestrationVersioningUtils.CompareVersions(version ?? "", options.Version);
        return options.MatchStrategy switch
        {
            VersionMatchStrategy.Strict when order != 0 => Failures.VersionMismatch(
                $"The orchestration version '{version}' does not match the worker version '{options.Version}'."
            ),
            VersionMatchStrategy.CurrentOrOlder when order > 0 => Failures.VersionMismatch(
                $"The orchestration version '{version}' is greater than the worker version '{options.Version}'."
            ),
            _ => null,
        };
    }
}
