using System.Collections.Immutable;

namespace ComputeHorde.Storage.Local.Stores;

/// <summary>
/// Keeps everything in memory, as one immutable state after another: a write that fails, and moments that are lost, are states that are let
/// go.
/// </summary>
internal sealed class MemoryStore(TimeProvider time, TimeSpan keptPast) : IStore
{
    private readonly Lock _writing = new();
    private readonly Queue<(DateTimeOffset At, MemoryState State)> _past = new();
    private volatile MemoryState _state = MemoryState.Empty;

    public async Task<StagedBody> StageAsync(Stream content, long length, int inlineLimit, CancellationToken cancellation)
    {
        var bytes = new byte[length];
        await content.ReadExactlyAsync(bytes, cancellation);
        return new StagedBody(length, bytes, file: 0, discard: null);
    }

    public T Read<T>(Func<IReadTransaction, T> read) => read(new MemoryTransaction(_state));

    public Task<T> WriteAsync<T>(Func<IWriteTransaction, T> write)
    {
        lock (_writing)
        {
            var transaction = new MemoryTransaction(_state);
            T result;
            try
            {
                result = write(transaction);
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                // The caller awaits it, as from the store on disk.
                return Task.FromException<T>(failure);
            }

            Remember();
            _state = transaction.State;
            return Task.FromResult(result);
        }
    }

    /// <summary>Returns to the state of that long ago, as a machine does whose disk was not flushed.</summary>
    public void LoseLast(TimeSpan span)
    {
        lock (_writing)
        {
            var cut = time.GetUtcNow() - span;
            foreach (var (at, state) in _past)
            {
                if (at > cut)
                {
                    _state = state;
                    _past.Clear();
                    return;
                }
            }
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Remember()
    {
        if (keptPast == TimeSpan.Zero)
        {
            return;
        }

        var now = time.GetUtcNow();
        _past.Enqueue((now, _state));
        while (_past.TryPeek(out var oldest) && oldest.At < now - keptPast)
        {
            _past.Dequeue();
        }
    }
}

internal sealed record MemoryState(
    ImmutableDictionary<string, ImmutableSortedSet<MemoryRow>> Tables,
    ImmutableDictionary<long, byte[]> Bodies,
    long LastBody
)
{
    public static readonly MemoryState Empty = new(
        Stores.Tables.Names.ToImmutableDictionary(name => name, _ => ImmutableSortedSet.Create<MemoryRow>(MemoryRow.ByKey)),
        ImmutableDictionary<long, byte[]>.Empty,
        LastBody: 0
    );
}

internal sealed record MemoryRow(string Scope, string Name, object Record)
{
    public static readonly IComparer<MemoryRow> ByKey = Comparer<MemoryRow>.Create(
        static (left, right) =>
            Utf8Order.Compare(left.Scope, right.Scope) is var scope && scope != 0 ? scope : Utf8Order.Compare(left.Name, right.Name)
    );
}
