using ComputeHorde.DurableTask.Sqlite.Storage;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>Clients that wait for instances to start or to end.</summary>
internal sealed class CompletionWaiters
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<(bool ForEnd, TaskCompletionSource<StoredInstance> Source)>> _waiters = [];

    /// <summary>Waits; the caller looks at the instance afterwards, for it may be there already.</summary>
    public TaskCompletionSource<StoredInstance> Add(string instanceId, bool forEnd)
    {
        var source = new TaskCompletionSource<StoredInstance>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (!_waiters.TryGetValue(instanceId, out var list))
            {
                _waiters.Add(instanceId, list = new List<(bool, TaskCompletionSource<StoredInstance>)>(1));
            }

            list.Add((forEnd, source));
        }

        return source;
    }

    public void Remove(string instanceId, TaskCompletionSource<StoredInstance> source)
    {
        lock (_gate)
        {
            if (_waiters.TryGetValue(instanceId, out var list))
            {
                list.RemoveAll(waiter => waiter.Source == source);
                if (list.Count == 0)
                {
                    _waiters.Remove(instanceId);
                }
            }
        }
    }

    /// <summary>The instances that somebody waits for.</summary>
    public List<string> InstanceIds()
    {
        lock (_gate)
        {
            return [.. _waiters.Keys];
        }
    }

    /// <summary>An instance has changed durably.</summary>
    public void Notify(InstanceRow row, InstanceState state)
    {
        lock (_gate)
        {
            if (_waiters.Count == 0 || !_waiters.TryGetValue(row.InstanceId, out var list))
            {
                return;
            }

            for (var i = list.Count - 1; i >= 0; i--)
            {
                if (state.IsOver || (!list[i].ForEnd && state.Status != OrchestrationRuntimeStatus.Pending))
                {
                    list[i].Source.TrySetResult(new StoredInstance(row, state));
                    list.RemoveAt(i);
                }
            }

            if (list.Count == 0)
            {
                _waiters.Remove(row.InstanceId);
            }
        }
    }

    /// <summary>The hub stops: nobody waits any longer.</summary>
    public void Stop(Exception cause)
    {
        lock (_gate)
        {
            foreach (var (_, source) in _waiters.Values.SelectMany(list => list))
            {
                source.TrySetException(cause);
            }

            _waiters.Clear();
        }
    }
}
