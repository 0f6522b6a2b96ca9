using Microsoft.DurableTask.Client;

namespace ComputeHorde.DurableTask.Sqlite.Storage;

/// <summary>Which instances to list. Times are ticks of UTC, both ends included.</summary>
internal sealed record InstanceFilter
{
    /// <summary>Where the page before ended; null for the first.</summary>
    public InstanceCursor? After { get; init; }

    public int Limit { get; init; } = int.MaxValue;

    public long? CreatedFrom { get; init; }

    public long? CreatedTo { get; init; }

    public string? Prefix { get; init; }

    public IReadOnlyCollection<OrchestrationRuntimeStatus>? Statuses { get; init; }

    /// <summary>Whether the order is that of names: those that begin alike are together there.</summary>
    public bool IsByName => Prefix is not null && CreatedFrom is null && CreatedTo is null;

    public InstanceCursor CursorAt(InstanceRow row) =>
        IsByName ? InstanceCursor.ByName(row.InstanceId) : new InstanceCursor(row.CreatedAt, row.Key);

    public bool Matches(InstanceRow row, InstanceState state) =>
        (CreatedFrom is null || row.CreatedAt >= CreatedFrom)
        && (CreatedTo is null || row.CreatedAt <= CreatedTo)
        && (Prefix is null || row.InstanceId.StartsWith(Prefix, StringComparison.Ordinal))
        && (Statuses is null || Statuses.Contains(state.Status));
}
