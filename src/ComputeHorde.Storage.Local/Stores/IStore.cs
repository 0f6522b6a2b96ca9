namespace ComputeHorde.Storage.Local.Stores;

/// <summary>Where records and the bytes of blobs are kept.</summary>
internal interface IStore : IAsyncDisposable
{
    /// <summary>
    /// Takes bytes in. They are kept once a write has called <see cref="IWriteTransaction.Keep"/>, else dropped with the result.
    /// </summary>
    Task<StagedBody> StageAsync(Stream content, long length, int inlineLimit, CancellationToken cancellation);

    /// <summary>Reads one committed state. It may not wait for anything.</summary>
    T Read<T>(Func<IReadTransaction, T> read);

    /// <summary>Runs a write alone, and ends when what it wrote will survive anything. A write that throws has written nothing.</summary>
    Task<T> WriteAsync<T>(Func<IWriteTransaction, T> write);
}
