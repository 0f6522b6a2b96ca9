using ComputeHorde.Functions.Local.Storage;
using ComputeHorde.Storage.Local;

namespace ComputeHorde.Functions.Local.Queues;

/// <summary>The news of one queue of a storage in this process.</summary>
internal sealed class QueueNews : IDisposable
{
    private readonly LocalStorage _storage;
    private readonly string _queue;

    public QueueNews(LocalStorage storage, string queue)
    {
        (_storage, _queue) = (storage, queue);
        storage.MessageAvailable += Hear;
    }

    /// <summary>Messages are due by the clock of storage, which is the real one, as that of polls.</summary>
    public NewsSignal Signal { get; } = new(TimeProvider.System);

    public void Dispose()
    {
        _storage.MessageAvailable -= Hear;
        Signal.Dispose();
    }

    private void Hear(MessageAvailable message)
    {
        if (message.Queue == _queue)
        {
            Signal.Announce(message.Due);
        }
    }
}
