using System.Runtime.InteropServices;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.DurableTask.Sqlite.Storage;

/// <summary>Where instances, histories and messages are kept. One writer at a time; reads see what is committed.</summary>
internal interface IDurableStore : IDisposable
{
    /// <summary>How often something was committed.</summary>
    long Commits { get; }

    /// <summary>Opens the store for this host alone.</summary>
    /// <returns>The highest numbers in use.</returns>
    /// <exception cref="DurableStoreException">It is open elsewhere, damaged, or of another version.</exception>
    StoreBounds Open();

    /// <summary>Writes, and returns when it is durable: all of it, or nothing.</summary>
    void Commit(Action<IStoreTransaction> writes);

    /// <summary>Finds an instance by its id.</summary>
    StoredInstance? Find(string instanceId);

    /// <summary>Reads the turns of an instance, oldest first.</summary>
    List<byte[]> ReadHistory(InstanceRow row);

    /// <summary>The unfinished instances that something must be done for: not started, with a timer, or with open activities.</summary>
    List<StoredWork> FindWork();

    /// <summary>All stored messages, with the id of the instance each is for; null when that is gone or finished.</summary>
    List<(StoredMessage Message, string? InstanceId)> ReadMessages();

    /// <summary>
    /// Lists instances, in the order of their creation or, when only names are asked for by how they begin, of their names.
    /// </summary>
    InstancePage Query(InstanceFilter filter);

    /// <summary>The instances that an instance has called.</summary>
    List<StoredInstance> FindChildren(long parentKey);

    /// <summary>Finished instances in the order of their completion.</summary>
    List<(string InstanceId, long CompletedAt, long Key)> QueryFinished(FinishedFilter filter);
}

/// <summary>The writes of one transaction.</summary>
internal interface IStoreTransaction
{
    /// <summary>Adds an instance, with its first turn unless that is empty.</summary>
    void AddInstance(InstanceRow row, InstanceState state, ReadOnlySpan<byte> firstTurn);

    /// <summary>Appends a turn to the history. The transaction must save the state as well: it says where the history ends.</summary>
    void AddTurn(InstanceRow row, ReadOnlySpan<byte> turn);

    /// <summary>Replaces the state.</summary>
    void SaveState(InstanceRow row, InstanceState state);

    /// <summary>Drops the history, and replaces input, version and state.</summary>
    void StartOver(InstanceRow row, InstanceState state);

    /// <summary>Adds a message.</summary>
    void AddMessage(StoredMessage message);

    /// <summary>Removes a message that a turn has taken, or that nobody will.</summary>
    void DeleteMessage(long id);

    /// <summary>Removes an instance and its history.</summary>
    void DeleteInstance(InstanceRow row);
}

/// <summary>An instance that something must be done for.</summary>
/// <param name="InstanceId">Its id.</param>
/// <param name="WakeAt">When, in ticks of UTC; null for at once.</param>
/// <param name="UpdatedAt">The time of its latest turn, in ticks of UTC.</param>
internal readonly record struct StoredWork(string InstanceId, long? WakeAt, long UpdatedAt);

/// <summary>The highest numbers in use.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct StoreBounds(long InstanceKey, long MessageId);

/// <summary>Which finished instances to list. Times are ticks of UTC, both ends included.</summary>
internal sealed record FinishedFilter
{
    public (long CompletedAt, long Key) After { get; init; } = (long.MinValue, 0);

    public int Limit { get; init; }

    public long? CompletedFrom { get; init; }

    public long? CompletedTo { get; init; }

    public IReadOnlyCollection<OrchestrationRuntimeStatus>? Statuses { get; init; }
}
