using ComputeHorde.DurableTask.Sqlite.Engine;

namespace ComputeHorde.DurableTask.Sqlite.Storage;

/// <summary>Reads histories while the store is written.</summary>
internal static class StoredHistories
{
    /// <summary>Reads an instance and its history; null when there is no such instance.</summary>
    public static (StoredInstance Instance, List<HistoryTurn> Turns)? ReadTurns(this IDurableStore store, string instanceId)
    {
        while (store.Find(instanceId) is { } found)
        {
            if (store.TryReadTurns(found) is { } turns)
            {
                return (found, turns);
            }
        }

        return null;
    }

    /// <summary>Reads the history that belongs to a state; null when the instance has begun a new one meanwhile.</summary>
    public static List<HistoryTurn>? TryReadTurns(this IDurableStore store, StoredInstance found)
    {
        try
        {
            List<HistoryTurn> turns =
            [
                .. store.ReadHistory(found.Row).SelectMany(data => HistoryCodec.ReadTurns(data)).Take(found.State.Turns),
            ];
            return HasBegunAnew() ? null : turns;
        }
        catch (InvalidDataException) when (HasBegunAnew())
        {
            return null;
        }

        bool HasBegunAnew() =>
            store.Find(found.Row.InstanceId) is not { } now
            || (now.Row.Key, now.State.Generation) != (found.Row.Key, found.State.Generation)
            || now.State.Turns < found.State.Turns;
    }
}
