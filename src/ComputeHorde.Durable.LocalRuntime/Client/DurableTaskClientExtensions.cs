namespace Microsoft.DurableTask.Client;

/// <summary>Further ways to purge.</summary>
public static class DurableTaskClientExtensions
{
    /// <summary>Purges finished instances.</summary>
    /// <param name="client">The client.</param>
    /// <param name="createdFrom">Only those created at or after this time.</param>
    /// <param name="createdTo">Only those created at or before this time.</param>
    /// <param name="statuses">Only those in one of these statuses.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>How many were purged.</returns>
    public static Task<PurgeResult> PurgeInstancesAsync(
        this DurableTaskClient client,
        DateTimeOffset? createdFrom,
        DateTimeOffset? createdTo,
        IEnumerable<OrchestrationRuntimeStatus>? statuses,
        PurgeInstanceOptions? options,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        return client.PurgeAllInstancesAsync(new PurgeInstancesFilter(createdFrom, createdTo, statuses), options, cancellation);
    }

    /// <summary>Purges finished instances.</summary>
    /// <param name="client">The client.</param>
    /// <param name="createdFrom">Only those created at or after this time.</param>
    /// <param name="createdTo">Only those created at or before this time.</param>
    /// <param name="statuses">Only those in one of these statuses.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>How many were purged.</returns>
    public static Task<PurgeResult> PurgeInstancesAsync(
        this DurableTaskClient client,
        DateTimeOffset? createdFrom,
        DateTimeOffset? createdTo,
        IEnumerable<OrchestrationRuntimeStatus>? statuses,
        CancellationToken cancellation = default) =>
        client.PurgeInstancesAsync(createdFrom, createdTo, statuses, null, cancellation);

    /// <summary>Purges finished instances.</summary>
    /// <param name="client">The client.</param>
    /// <param name="createdFrom">Only those created at or after this time.</param>
    /// <param name="createdTo">Only those created at or before this time.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>How many were purged.</returns>
    public static Task<PurgeResult> PurgeInstancesAsync(
        this DurableTaskClient client,
        DateTimeOffset? createdFrom,
        DateTimeOffset? createdTo,
        PurgeInstanceOptions? options,
        CancellationToken cancellation = default) =>
        client.PurgeInstancesAsync(createdFrom, createdTo, null, options, cancellation);

    /// <summary>Purges finished instances.</summary>
    /// <param name="client">The client.</param>
    /// <param name="createdFrom">Only those created at or after this time.</param>
    /// <param name="createdTo">Only those created at or before this time.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>How many were purged.</returns>
    public static Task<PurgeResult> PurgeInstancesAsync(
        this DurableTaskClient client, DateTimeOffset? createdFrom, DateTimeOffset? createdTo, CancellationToken cancellation = default) =>
        client.PurgeInstancesAsync(createdFrom, createdTo, null, null, cancellation);
}
