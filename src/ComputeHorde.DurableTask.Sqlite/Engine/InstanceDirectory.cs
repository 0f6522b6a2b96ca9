using System.Collections.Concurrent;
using ComputeHorde.DurableTask.Sqlite.Storage;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>
/// The unfinished instances in memory. What is not here is as the store has it, because nothing leaves before it is
/// committed. Instances beyond the limits are dropped, those first that have not been used for a while.
/// </summary>
internal sealed class InstanceDirectory(IDurableStore store, int mostInstances, long mostBytes)
{
    /// <summary>How many instances one sweep looks at: more than a turn adds, so that it keeps up.</summary>
    private const int SweptPerTurn = 16;

    /// <summary>How many instances that have ended the list may hold besides as many as there are.</summary>
    private const int MostEnded = 64;

    private readonly ConcurrentDictionary<string, Instance> _instances = new();
    private readonly ConcurrentQueue<Instance> _clock = new();
    private readonly Lock[] _stripes = [.. Enumerable.Range(0, 64).Select(_ => new Lock())];
    private readonly Lock _sweeping = new();
    private int _count;
    private int _listed;
    private int _due;
    private long _bytes;

    /// <summary>How many instances are in memory.</summary>
    public int Count => Volatile.Read(ref _count);

    private bool IsFull => Count > mostInstances || Interlocked.Read(ref _bytes) > mostBytes;

    private bool IsCrowded => Volatile.Read(ref _listed) > (2 * Count) + MostEnded;

    /// <summary>The instance in memory, if it is there.</summary>
    public Instance? Peek(string instanceId) => _instances.GetValueOrDefault(instanceId);

    /// <summary>The unfinished instance of an id; null when there is none.</summary>
    public Instance? Resolve(string instanceId)
    {
        if (_instances.TryGetValue(instanceId, out var known))
        {
            return known;
        }

        lock (Stripe(instanceId))
        {
            if (_instances.TryGetValue(instanceId, out known))
            {
                return known;
            }

            if (store.Find(instanceId) is not { State.IsOver: false } found)
            {
                return null;
            }

            var loaded = new Instance(found.Row, found.State, found.State);
            Add(instanceId, loaded);
            return loaded;
        }
    }

    /// <summary>Adds an instance that is not stored yet, and holds it, unless an unfinished one has its id.</summary>
    /// <param name="row">The new instance.</param>
    /// <param name="state">Its first state.</param>
    /// <param name="isNewId">Whether the id has just been made, so that nobody can have it.</param>
    /// <param name="epoch">In which life of the hub its caller makes it; -1 when a client does.</param>
    /// <param name="refuse">Statuses of a finished instance that forbid a new one.</param>
    public Creation Create(InstanceRow row, InstanceState state, bool isNewId, int epoch = -1, Func<InstanceState, bool>? refuse = null)
    {
        var created = new Instance(row, state, null)
        {
            IsNew = true,
            Epoch = epoch,
            Created = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously),
        };
        created.Hold();
        if (isNewId)
        {
            Add(row.InstanceId, created);
            return new Creation(created, null, null);
        }

        lock (Stripe(row.InstanceId))
        {
            // What a turn of an earlier life of the hub leaves behind is on its way out.
            var present =
                _instances.TryGetValue(row.InstanceId, out var known)
                && !(known.Committed is null && known.Epoch >= 0 && known.Epoch < epoch)
                    ? new StoredInstance(known.Row, known.State)
                    : store.Find(row.InstanceId);
            if (present is not null && (!present.State.IsOver || refuse?.Invoke(present.State) == true))
            {
                return new Creation(null, present, known);
            }

            created.Replaces = present?.Row;
            Add(row.InstanceId, created);
            return new Creation(created, null, null);
        }
    }

    /// <summary>Takes up a finished instance again, and holds it; null when it is not as it was.</summary>
    public Instance? Revive(InstanceRow row, InstanceState state, InstanceState before)
    {
        lock (Stripe(row.InstanceId))
        {
            if (
                _instances.ContainsKey(row.InstanceId)
                || store.Find(row.InstanceId) is not { } present
                || (present.Row.Key, present.State.Status, present.State.UpdatedAt) != (row.Key, before.Status, before.UpdatedAt)
            )
            {
                return null;
            }

            var revived = new Instance(row, state, null);
            revived.Hold();
            Add(row.InstanceId, revived);
            return revived;
        }
    }

    /// <summary>Takes an instance out of memory.</summary>
    public void Remove(Instance instance)
    {
        if (_instances.TryRemove(KeyValuePair.Create(instance.Row.InstanceId, instance)))
        {
            Interlocked.Decrement(ref _count);
            Interlocked.Add(ref _bytes, -instance.Bytes);
        }
    }

    /// <summary>Counts what an instance holds in memory.</summary>
    public void SetBytes(Instance instance, long value)
    {
        Interlocked.Add(ref _bytes, value - instance.Bytes);
        instance.Bytes = value;
    }

    /// <summary>
    /// Drops instances while there are too many, and those from the list that have ended. Each call does a little, so that each turn and
    /// each commit can call it.
    /// </summary>
    public void Sweep()
    {
        if (!(IsFull || IsCrowded))
        {
            return;
        }

        // Who comes while another sweeps leaves that one its share.
        Interlocked.Add(ref _due, SweptPerTurn);
        while (Volatile.Read(ref _due) > 0 && _sweeping.TryEnter())
        {
            try
            {
                Sweep(Interlocked.Exchange(ref _due, 0));
            }
            finally
            {
                _sweeping.Exit();
            }
        }
    }

    /// <summary>Takes everything out of memory and out of use, in one moment for all who load an instance.</summary>
    /// <param name="then">What belongs to the same moment.</param>
    /// <returns>What was in memory.</returns>
    public List<Instance> Clear(Action then)
    {
        foreach (var stripe in _stripes)
        {
            stripe.Enter();
        }

        try
        {
            List<Instance> all = [.. _instances.Values];
            foreach (var instance in all)
            {
                Remove(instance);
                instance.Retire();
            }

            then();
            return all;
        }
        finally
        {
            foreach (var stripe in _stripes)
            {
                stripe.Exit();
            }
        }
    }

    private void Sweep(int tries)
    {
        for (; tries > 0 && (IsFull || IsCrowded) && _clock.TryDequeue(out var instance); tries--)
        {
            if (_instances.GetValueOrDefault(instance.Row.InstanceId) != instance)
            {
                Interlocked.Decrement(ref _listed);
            }
            else if (IsFull && !instance.Touched && instance.TryRetire(out var held))
            {
                Interlocked.Decrement(ref _listed);
                Interlocked.Add(ref _bytes, -held);
                Remove(instance);
            }
            else
            {
                instance.Touched &= !IsFull;
                _clock.Enqueue(instance);
            }
        }
    }

    private void Add(string instanceId, Instance instance)
    {
        while (!_instances.TryAdd(instanceId, instance))
        {
            if (_instances.TryGetValue(instanceId, out var former))
            {
                Remove(former);
            }
        }

        Interlocked.Increment(ref _count);
        Interlocked.Increment(ref _listed);
        _clock.Enqueue(instance);
    }

    private Lock Stripe(string instanceId) => _stripes[(uint)StringComparer.Ordinal.GetHashCode(instanceId) % (uint)_stripes.Length];
}

/// <summary>What came of the attempt to create an instance.</summary>
/// <param name="Created">The new instance; null when another is in the way.</param>
/// <param name="Existing">The other.</param>
/// <param name="InMemory">The other, if it is in memory.</param>
internal readonly record struct Creation(Instance? Created, StoredInstance? Existing, Instance? InMemory);
