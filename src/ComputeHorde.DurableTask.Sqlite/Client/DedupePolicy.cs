using DurableTask.Core.Exceptions;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>What a start does about an instance that has its id: statuses that are named keep the id, others give it up.</summary>
/// <param name="Kept">The statuses that keep the id; null when the caller named none, not even an empty list.</param>
internal sealed record DedupePolicy(IReadOnlySet<OrchestrationRuntimeStatus>? Kept)
{
    /// <summary>Finished instances are replaced, live ones are left alone.</summary>
    public static DedupePolicy None { get; } = new((IReadOnlySet<OrchestrationRuntimeStatus>?)null);

    /// <summary>Whether a live instance that does not keep its id makes room for the new one.</summary>
    public bool ReplacesLive => Kept is not null;

    /// <exception cref="ArgumentException">A name is not that of a status.</exception>
    public static DedupePolicy Parse(IReadOnlyList<string>? names)
    {
        if (names is null)
        {
            return None;
        }

        return new DedupePolicy(names.Select(Parse).ToHashSet());
    }

    /// <exception cref="OrchestrationAlreadyExistsException">The present instance keeps its id.</exception>
    public void Require(string instanceId, OrchestrationRuntimeStatus present)
    {
        if (Keeps(present))
        {
            throw new OrchestrationAlreadyExistsException(
                $"An orchestration with the id '{instanceId}' exists already, with the status {present}."
            );
        }
    }

    /// <exception cref="ArgumentException">The live instance would be terminated to make room, and keep its id then.</exception>
    public void RequireReplaceable(OrchestrationRuntimeStatus live)
    {
        if (Keeps(OrchestrationRuntimeStatus.Terminated))
        {
            throw new ArgumentException(
                $"Invalid dedupe statuses: an instance that is {live} would be terminated to make room, but 'Terminated' keeps the id. "
                    + "Name Running, Pending and Suspended as well, or leave Terminated out.",
                nameof(live)
            );
        }
    }

    /// <summary>Whether an instance of this status keeps its id.</summary>
    public bool Keeps(OrchestrationRuntimeStatus present) => Kept?.Contains(present) == true;

    private static OrchestrationRuntimeStatus Parse(string name) =>
        Enum.TryParse<OrchestrationRuntimeStatus>(name, ignoreCase: true, out var status)
            ? status
            : throw new ArgumentException($"Invalid orchestration runtime status: '{name}' for deduplication.", nameof(name));
}
