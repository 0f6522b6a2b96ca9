using Microsoft.DurableTask;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>
/// The external events of one execution. Waiters of a name form a stack: the latest that was not cancelled gets the next event. Events
/// without a waiter queue up.
/// </summary>
internal sealed class ExternalEvents(DataConverter converter)
{
    private readonly Dictionary<string, IWaiter> _waiters = new(1, StringComparer.OrdinalIgnoreCase);
    private readonly List<EventRaised> _unclaimed = [];

    private interface IWaiter
    {
        Type EventType { get; }

        IWaiter? Below { get; }

        /// <returns>False when it has been cancelled.</returns>
        bool TryTake(string? payload);
    }

    /// <summary>Whether waiters that were cancelled are passed over.</summary>
    public bool SkipsCancelled { get; set; }

    /// <summary>The events nobody has taken, in order.</summary>
    public IReadOnlyList<EventRaised> Unclaimed => _unclaimed;

    public Task<T> WaitAsync<T>(string name, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        _waiters.TryGetValue(name, out var below);
        if (below is not null && below.EventType != typeof(T))
        {
            throw new ArgumentException(
                "Events with the same name must have the same type argument. "
                    + $"Expected {below.EventType.FullName} but was requested {typeof(T).FullName}.",
                nameof(name)
            );
        }

        var waiter = new Waiter<T>(below, converter);
        _waiters[name] = waiter;
        var index = _unclaimed.FindIndex(item => HistoryNames.Equal(item.Name, name));
        if (index >= 0)
        {
            var item = _unclaimed[index];
            _unclaimed.RemoveAt(index);
            Deliver(item);
        }

        if (cancellation.CanBeCanceled)
        {
            cancellation.Register(() => waiter.TrySetCanceled(cancellation));
        }

        return waiter.Task;
    }

    public void Deliver(EventRaised item)
    {
        while (_waiters.Remove(item.Name, out var waiter))
        {
            if (waiter.Below is not null)
            {
                _waiters[item.Name] = waiter.Below;
            }

            if (waiter.TryTake(item.Payload) || !SkipsCancelled)
            {
                return;
            }
        }

        _unclaimed.Add(item);
    }

    private sealed class Waiter<T>(IWaiter? below, DataConverter converter) : TaskCompletionSource<T>, IWaiter
    {
        public Type EventType => typeof(T);

        public IWaiter? Below => below;

        public bool TryTake(string? payload)
        {
            try
            {
                return TrySetResult(converter.Deserialize<T>(payload)!);
            }
            catch (Exception e)
            {
                // Whatever a converter throws about the payload belongs to the code that asked for this type.
                return TrySetException(e);
            }
        }
    }
}
