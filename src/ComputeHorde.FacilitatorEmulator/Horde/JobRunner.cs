using System.Collections.Concurrent;
using ComputeHorde.Emulator.Storage;

namespace ComputeHorde.Emulator.Horde;

/// <summary>Starts jobs and stops them without loss: a stopped job is taken up again from its history.</summary>
internal sealed class JobRunner(HordeContext horde) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Guid, Task> _running = new();
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Begins or continues a job.</summary>
    public void Start(JobRecord job)
    {
        // Registered before it can end, so that its own removal finds it.
        var registered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        horde.Scheduler.Enter();
        _running[job.Uuid] = RunAsync(job, registered.Task);
        registered.SetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        horde.Scheduler.Dispose();
        await Task.WhenAll(_running.Values);
        _stop.Dispose();
    }

    private async Task RunAsync(JobRecord job, Task registered)
    {
        await registered;
        try
        {
            await using var run = new JobRun(horde, job, _stop.Token);
            await run.LiveAsync();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The emulator stops; the job's history says where to go on.
        }
        catch (Exception e)
        {
            // One broken job must not take the others down; it stays at its status, visibly.
            Logs.JobBroken(horde.Logger, e, job.Uuid);
        }
        finally
        {
            _running.TryRemove(job.Uuid, out _);
            horde.Scheduler.Leave();
        }
    }
}
