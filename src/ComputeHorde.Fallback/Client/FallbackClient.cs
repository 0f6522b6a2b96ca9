using Azure.Storage.Blobs;
using ComputeHorde.Sdk;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Fallback;

/// <summary>
/// Runs jobs on another cloud in the manner of <see cref="ComputeHordeClient"/>: the same specifications, statuses, failure classes and
/// results. What is under way lies in the container and not in this object: another process may go on with it by id or tag. Thread-safe.
/// </summary>
public sealed class FallbackClient
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5),
        LongestPause = TimeSpan.FromSeconds(30);

    private readonly TimeProvider _time;

    /// <summary>Creates a client.</summary>
    /// <param name="provider">Rents the machines.</param>
    /// <param name="container">Keeps the jobs; made if missing. Machines must reach it.</param>
    /// <param name="downloads">Asks registries and Hugging Face, and fetches ZIP volumes; is not disposed.</param>
    /// <param name="options">Settings; default the defaults.</param>
    /// <param name="timeProvider">The clock; default the system's.</param>
    /// <param name="logger">Receives what happens; default nothing.</param>
    public FallbackClient(
        IFallbackProvider provider,
        BlobContainerClient container,
        HttpClient downloads,
        FallbackOptions? options = null,
        TimeProvider? timeProvider = null,
        ILogger? logger = null
    )
    {
        _time = timeProvider ?? TimeProvider.System;
        Jobs = new FallbackJobs(provider, container, downloads, options, _time, logger);
    }

    /// <summary>The jobs themselves, for what has no counterpart in the Sdk's client: caps, costs, the reaper.</summary>
    public FallbackJobs Jobs { get; }

    /// <summary>Creates a job, once for each tag.</summary>
    /// <param name="spec">What to run; checked before anything is paid.</param>
    /// <param name="tag">Names the job; default a random one.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The job.</returns>
    /// <exception cref="ComputeHordeValidationException">The specification has faults; all are named.</exception>
    /// <exception cref="FallbackException">No machine could be rented, or that is not known; in this case call again with the same
    /// tag.</exception>
    public async Task<ComputeHordeJob> CreateJobAsync(
        ComputeHordeJobSpec spec,
        string? tag = null,
        CancellationToken cancellationToken = default
    ) => (await Jobs.CreateAsync(tag ?? Guid.NewGuid().ToString("N"), spec, options: null, cancellationToken)).Job;

    /// <summary>Gets a job, of this process or any other that had the same container.</summary>
    /// <param name="id">The job's id.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The job as it is now.</returns>
    /// <exception cref="ComputeHordeNotFoundException">There is no such job.</exception>
    public async Task<ComputeHordeJob> GetJobAsync(string id, CancellationToken cancellationToken = default) =>
        (await Jobs.GetAsync(id, cancellationToken)).Job;

    /// <summary>All jobs that the container knows, without their results.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The jobs, in no particular order.</returns>
    public async IAsyncEnumerable<ComputeHordeJob> IterateJobsAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        await foreach (var job in Jobs.ListAsync(cancellationToken))
        {
            yield return job.Job;
        }
    }

    /// <summary>Waits until a job has ended, well or not. Its machine is ended as well.</summary>
    /// <param name="id">The job's id.</param>
    /// <param name="timeout">Longest wait; default null: the job's own limits are the only ones.</param>
    /// <param name="onChange">Called for each entry of the status history, those already there included. What it throws ends the
    /// wait.</param>
    /// <param name="cancellationToken">Ends the call; the job goes on.</param>
    /// <returns>The ended job.</returns>
    /// <exception cref="ComputeHordeJobTimeoutException">The job has not ended in time.</exception>
    public async Task<ComputeHordeJob> WaitAsync(
        string id,
        TimeSpan? timeout = null,
        Func<JobStatusChange, ValueTask>? onChange = null,
        CancellationToken cancellationToken = default
    )
    {
        var started = _time.GetTimestamp();
        var (told, pause) = (0, FirstPause);
        ComputeHordeJob? job = null;
        while (true)
        {
            try
            {
                var seen = await Jobs.GetAsync(id, cancellationToken);
                job = seen.Job;
                for (; onChange is not null && told < job.StatusHistory.Count; told++)
                {
                    await onChange(new JobStatusChange(job, job.StatusHistory[told]));
                }

                if (job.IsTerminal)
                {
                    if (!seen.IsReleased)
                    {
                        await Jobs.ReleaseAsync(id, cancellationToken);
                    }

                    return job;
                }
            }
            catch (FallbackException exception) when (exception.IsTransient)
            {
                // Not known now: it is asked again after the pause.
            }

            if (timeout is { } limit && _time.GetElapsedTime(started) >= limit)
            {
                throw new ComputeHordeJobTimeoutException(
                    $"Job {id} has not ended within {limit}. It goes on, and costs, until its limits.",
                    job
                );
            }

            await Task.Delay(pause, _time, cancellationToken);
            pause = pause * 1.2 < LongestPause ? pause * 1.2 : LongestPause;
        }
    }

    /// <summary>Ends a job and what it costs.</summary>
    /// <param name="id">The job's id.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The job as it was left; null when there is none.</returns>
    /// <exception cref="FallbackException">Whether its machine is gone is not known: call again.</exception>
    public async Task<ComputeHordeJob?> CancelJobAsync(string id, CancellationToken cancellationToken = default) =>
        (await Jobs.ReleaseAsync(id, cancellationToken))?.Job;

    /// <summary>
    /// Runs a job until it is complete. Failures of machines are tried again, failures of the job's own making are not. Whatever ends the
    /// run, its machines are ended.
    /// </summary>
    /// <param name="spec">What to run; checked before anything is paid.</param>
    /// <param name="options">Attempts, caps and time-outs; default two paid attempts.</param>
    /// <param name="cancellationToken">Ends the run, and the job under way.</param>
    /// <returns>The completed job, else the last one.</returns>
    /// <exception cref="ComputeHordeJobTimeoutException">The run has not completed in time.</exception>
    /// <exception cref="FallbackException">No machine could be rented within <see cref="FallbackRunOptions.CapacityTimeout"/>.</exception>
    public async Task<ComputeHordeJob> RunUntilCompleteAsync(
        ComputeHordeJobSpec spec,
        FallbackRunOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        var run = options ?? new FallbackRunOptions();
        var tag = run.Tag ?? Guid.NewGuid().ToString("N");
        var started = _time.GetTimestamp();
        for (var number = 1; ; number++)
        {
            var id = Jobs.IdOf($"{tag}#{number}");
            try
            {
                var created = await RentAsync($"{tag}#{number}", spec, run, cancellationToken);
                if (run.OnAttempt is { } onAttempt)
                {
                    await onAttempt(number, created);
                }

                var job = await WaitAsync(
                    id,
                    run.Timeout is { } limit ? limit - _time.GetElapsedTime(started) : null,
                    onChange: null,
                    cancellationToken
                );
                if (job.IsSuccessful || number >= run.MaxAttempts || !job.IsWorthRetrying)
                {
                    return job;
                }
            }
            catch (Exception exception) when (exception is OperationCanceledException or ComputeHordeJobTimeoutException)
            {
                // Nobody waits for it any more: it must not cost on. The caller's token is cancelled already.
                await Jobs.ReleaseAsync(id, CancellationToken.None);
                throw;
            }
        }
    }

    private async Task<FallbackJob> RentAsync(
        string tag,
        ComputeHordeJobSpec spec,
        FallbackRunOptions run,
        CancellationToken cancellationToken
    )
    {
        var started = _time.GetTimestamp();
        var pause = FirstPause;
        while (true)
        {
            try
            {
                return await Jobs.CreateAsync(tag, spec, new FallbackCreateOptions { MaxUsd = run.MaxUsdPerJob }, cancellationToken);
            }
            catch (FallbackException exception)
                when (exception.Failure is FallbackFailure.Unknown or FallbackFailure.NoCapacity
                    && _time.GetElapsedTime(started) < run.CapacityTimeout
                )
            {
                await Task.Delay(pause, _time, cancellationToken);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }
}
