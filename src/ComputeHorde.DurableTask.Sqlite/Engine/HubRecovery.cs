using ComputeHorde.DurableTask.Sqlite.Storage;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>Brings memory in line with the store: at the start, and when the store has failed and it is not known what it holds.</summary>
internal sealed class HubRecovery(TaskHub hub, ILogger logger) : IDisposable
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly ManualResetEventSlim _stopped = new();
    private long _commitsAtRestart = -1;
    private TimeSpan _pause = ShortestPause;

    /// <summary>Waits for the store no longer.</summary>
    public void Stop() => _stopped.Set();

    public void Dispose() => _stopped.Dispose();

    /// <summary>
    /// Forgets all that is in memory and takes up what the store holds, however long that takes. Nothing is written meanwhile.
    /// </summary>
    public void Restart(Exception cause)
    {
        Logs.StoreFailed(logger, cause);
        if (hub.Store.Commits == _commitsAtRestart)
        {
            // Nothing could be written since the last time: all that runs meanwhile would run in vain, again and again.
            _stopped.Wait(_pause);
            _pause = Longer(_pause);
        }
        else
        {
            (_commitsAtRestart, _pause) = (hub.Store.Commits, ShortestPause);
        }

        var pause = ShortestPause;
        while (!_stopped.IsSet)
        {
            ForgetAll(cause);
            try
            {
                TakeUp();
                return;
            }
            catch (Exception e)
            {
                // Whatever keeps the store from being read, there is nothing to do but to try again.
                Logs.RecoveryFailed(logger, pause, e);
                _stopped.Wait(pause);
                pause = Longer(pause);
            }
        }
    }

    /// <summary>
    /// Begins a new life without anything of the old one: who loads an instance afterwards gets it as the store has it, and no commit of an
    /// earlier one is written any more.
    /// </summary>
    public void ForgetAll(Exception cause)
    {
        var forgotten = hub.Directory.Clear(() =>
        {
            hub.Wakes.Clear();
            hub.Commits.BeginEpoch(cause);
        });
        forgotten.ForEach(instance => instance.Fail(cause));
    }

    private static TimeSpan Longer(TimeSpan pause) => pause * 2 < LongestPause ? pause * 2 : LongestPause;

    /// <summary>Takes up what the store holds unfinished.</summary>
    /// <returns>How many instances have work to do.</returns>
    public int TakeUp()
    {
        var life = hub.Commits.Epoch;
        var unfinished = hub.Store.FindWork();
        foreach (var (instanceId, wakeAt, updatedAt) in unfinished)
        {
            if (wakeAt is { } at)
            {
                hub.Wakes.Set(instanceId, at - SteadyClock.Lead(hub.Time, updatedAt, hub.Time.GetTimestamp()));
            }
            else
            {
                hub.Deliver(instanceId, default);
            }
        }

        foreach (var (message, instanceId) in hub.Store.ReadMessages())
        {
            var item = new Message(HistoryCodec.ReadMessage(message.Data), message.Id, message.Target, message.Generation);
            if (item.Event is CallLeftBehind && !hub.HasWorker)
            {
                continue;
            }

            if (item.Event is CallLeftBehind left)
            {
                hub.Activities.Add(left.InstanceId, message.Target, message.Generation, left.Call);
                hub.KeepUntilRun(message.Target, message.Generation, left.Call, message.Id);
            }
            else if (instanceId is null)
            {
                hub.Drop([item]);
            }
            else
            {
                hub.Deliver(instanceId, item, life);
            }
        }

        // What was left behind has no turn whose worker would look for it.
        hub.Activities.Start();
        foreach (var instanceId in hub.Waiters.InstanceIds())
        {
            if (hub.Store.Find(instanceId) is { } found)
            {
                hub.Waiters.Notify(found.Row, found.State);
            }
        }

        return unfinished.Count;
    }
}
