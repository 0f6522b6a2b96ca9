using Microsoft.DurableTask;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>
/// The external events of one execution. Waiters of a name form a stack: the latest gets the next event, also when it was
/// cancelled meanwhile (the event is lost then, as in the real framework). Events without a waiter queue up.
/// </summary>
internal sealed class ExternalEvents(DataConverter converter)
{
    private readonly Dictionary<string, IWaiter> _waiters = new(1, StringComparer.OrdinalIgnoreCase);
    private readonly List<EventRaised> _unclaimed = [];

    private interface IWaiter
    {
        Type EventType { get; }

        IWaiter? Below { get; }

        void Take(string? payload);
    }

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
                nameof(name));
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
        if (!_waiters.TryGetValue(item.Name, out var waiter))
        {
            _unclaimed.Add(item);
            return;
        }

        if (waiter.Below is null)
        {
            _waiters.Remove(item.Name);
        }
        else
        {
            _waiters[item.Name] = waiter.Below;
        }

        waiter.Take(item.Payload);
    }

    private sealed class Waiter<T>(IWaiter? below, DataConverter converter) : TaskCompletionSource<T>, IWaiter
    {
        public Type EventType => typeof(T);

        public IWaiter? Below => below;

        public void Take(string? payload)
        {
            T? value;
            try
            {
                value = converter.Deserialize<T>(payload);
            }
            catch (Exception e)
            {
                // Whatever a converter throws about the payload belongs to the code that asked for this type.
                TrySetException(e);
                return;
            }

            TrySetResult(value!);
        }
    }
}
