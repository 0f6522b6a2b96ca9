using ComputeHorde.Emulator.Executor;
using ComputeHorde.Emulator.Python;

namespace ComputeHorde.Emulator.Horde;

/// <content>The pace of a job: what a step takes, what it may take, and what its behaviour has in store at each status.</content>
internal sealed partial class JobRun
{
    /// <summary>Waits out a step that the validator limits; over the limit, the job fails at it.</summary>
    private async Task<bool> InTimeAsync(string status, TimeSpan usual, int limitSeconds, string reason)
    {
        if (!job.Has(status) && Stretched(status, usual) > TimeSpan.FromSeconds(limitSeconds))
        {
            await horde.Scheduler.Delay(TimeSpan.FromSeconds(limitSeconds));
            await EndAsync(ScriptedEnd.Parse(["failed", reason])!.End);
            return false;
        }

        return await ReachAsync(status, usual);
    }

    /// <summary>Waits out a step that counts against the job's own limits.</summary>
    private async Task<bool> SpendAsync(string status, TimeSpan usual, string stage)
    {
        if (job.Has(status))
        {
            return true;
        }

        TimeSpan time = Stretched(status, usual);
        TimeSpan left = _budget.Left;
        _budget.Use(time);
        await horde.Scheduler.Delay(_budget.Exceeded ? left : time);
        if (_budget.Exceeded)
        {
            await EndAsync(ScriptedEnd.Timeout(stage)!.End);
        }

        return !_budget.Exceeded;
    }

    /// <summary>Does real work whose real time counts against the job's limits.</summary>
    private async Task<T> WithinBudgetAsync<T>(string stage, Func<CancellationToken, Task<T>> work)
    {
        TimeProvider time = horde.Options.TimeProvider;
        long start = time.GetTimestamp();
        using var limit = new CancellationTokenSource(_budget.Left, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            return await work(either.Token);
        }
        catch (OperationCanceledException e) when (limit.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            throw new ExecutorException(ScriptedEnd.Timeout(stage)!.End, e);
        }
        finally
        {
            _budget.Use(time.GetElapsedTime(start));
        }
    }

    /// <summary>Reports a status after its usual time, unless the job has it; false when the job goes no further.</summary>
    private async Task<bool> ReachAsync(string status, TimeSpan usual, PyDict? metadata = null)
    {
        if (!job.Has(status))
        {
            await PauseAsync(status, usual);
            await horde.ReportAsync(job, status, metadata ?? []);
        }

        return await GoOnFromAsync(status);
    }

    /// <summary>What the behaviour has in store at a status; false when the job goes no further.</summary>
    private async Task<bool> GoOnFromAsync(string status)
    {
        if (_behaviour.EvictAt == status)
        {
            horde.Store.Remove(job.Uuid);
            await horde.Log.RemoveAsync(job.Uuid);
        }

        if (_behaviour.StuckAt == status)
        {
            return false;
        }

        if (_behaviour.End is { } scripted && scripted.After == status)
        {
            await PauseAsync("", _durations.Accepted);
            await EndAsync(scripted.End);
            return false;
        }

        return true;
    }

    private Task EndAsync(JobEnd end) => horde.ReportAsync(job, end.Status, end.Metadata);

    private Task PauseAsync(string status, TimeSpan usual) =>
        usual <= TimeSpan.Zero ? Task.CompletedTask : horde.Scheduler.Delay(Stretched(status, usual));

    private TimeSpan Stretched(string status, TimeSpan usual) =>
        (usual * _behaviour.SlowFactor) + TimeSpan.FromSeconds(_behaviour.ExtraSeconds(status));
}
