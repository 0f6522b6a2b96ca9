using System.Collections.Concurrent;
using ComputeHorde.Functions.Local.Storage;
using ComputeHorde.Storage.Local;

namespace ComputeHorde.Functions.Local.Blobs;

/// <summary>The news of one container of a storage in this process: which blobs were written, so that nothing need be listed.</summary>
internal sealed class BlobNews : IDisposable
{
    private readonly LocalStorage _storage;
    private readonly string _container;

    public BlobNews(LocalStorage storage, string container)
    {
        (_storage, _container) = (storage, container);
        storage.BlobWritten += Hear;
    }

    public NewsSignal Signal { get; } = new(TimeProvider.System);

    public ConcurrentQueue<BlobWritten> Written { get; } = [];

    public void Dispose()
    {
        _storage.BlobWritten -= Hear;
        Signal.Dispose();
    }

    private void Hear(BlobWritten blob)
    {
        if (blob.Container == _container)
        {
            Written.Enqueue(blob);
            Signal.Wake();
        }
    }
}
