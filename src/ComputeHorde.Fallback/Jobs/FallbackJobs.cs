using System.Collections.Concurrent;
using Azure;
using Azure.Storage.Blobs;
using ComputeHorde.Sdk;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ComputeHorde.Fallback;

/// <summary>
/// Jobs on rented machines: each tag rents one, looks it up before it is rented again, reads results from blobs, and ends every machine.
/// Holds nothing in memory that counts: any process with the same container goes on where another has died.
/// </summary>
public sealed class FallbackJobs
{
    private readonly IFallbackProvider _provider;
    private readonly FallbackOptions _options;
    private readonly TimeProvider _time;
    private readonly JobBlobs _blobs;
    private readonly JobRecords _records;
    private readonly JobResults _results;
    private readonly JobPlanner _planner;
    private readonly JobEnding _ending;
    private readonly JobObserver _observer;
    private readonly MachineRental _rental;
    private readonly MachineReaper _reaper;
    private readonly MachineRoster _roster;
    private readonly string _deployment;

    /// <summary>Creates it.</summary>
    /// <param name="provider">Rents the machines.</param>
    /// <param name="container">Keeps the jobs; made if missing. Machines must reach it.</param>
    /// <param name="downloads">Asks registries and Hugging Face, and fetches ZIP volumes; is not disposed. May follow redirects.</param>
    /// <param name="options">Settings; default the defaults.</param>
    /// <param name="timeProvider">The clock; default the system's.</param>
    /// <param name="logger">Receives what happens; default nothing.</param>
    public FallbackJobs(
        IFallbackProvider provider,
        BlobContainerClient container,
        HttpClient downloads,
        FallbackOptions? options = null,
        TimeProvider? timeProvider = null,
        ILogger? logger = null
    )
    {
        ArgumentNullException.ThrowIfNull(provider);
        ArgumentNullException.ThrowIfNull(container);
        ArgumentNullException.ThrowIfNull(downloads);
        (_provider, _options, _time) = (provider, options ?? new FallbackOptions(), timeProvider ?? TimeProvider.System);
        logger ??= NullLogger.Instance;
        _deployment = _options.Deployment ?? JobId.Deployment(container.Uri);
        if (
            _deployment.Length != 6
            || !_deployment.All(static character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character))
        )
        {
            throw new ArgumentException($"{nameof(FallbackOptions.Deployment)} must be six small letters and digits.", nameof(options));
        }

        _blobs = new JobBlobs(container, _time);
        _records = new JobRecords(_blobs);
        _results = new JobResults(_blobs);
        _planner = new JobPlanner(provider, _blobs, downloads, _options, _time);
        _ending = new JobEnding(provider, _options, _time, logger, _blobs, _records, _results);
        _observer = new JobObserver(provider, _time, _blobs, _results, new JobJudge(_options), _ending);
        _rental = new MachineRental(provider, _options, _time, logger, _blobs, _records, _ending);
        _reaper = new MachineReaper(provider, JobId.Prefix(_deployment), _time, logger, _records);
        _roster = new MachineRoster(provider, JobId.Prefix(_deployment), _options, _time);
    }

    /// <summary>The settings.</summary>
    public FallbackOptions Options => _options;

    /// <summary>How long the machine of a job may exist.</summary>
    /// <param name="spec">The job.</param>
    /// <param name="options">The settings.</param>
    /// <returns>The start limit, the job's limits and the margin, added up.</returns>
    public static TimeSpan Lifetime(ComputeHordeJobSpec spec, FallbackOptions options)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(options);
        return options.StartLimit
            + options.Margin
            + TimeSpan.FromSeconds((double)spec.DownloadTimeLimitSec + spec.ExecutionTimeLimitSec + spec.UploadTimeLimitSec);
    }

    /// <summary>The provider's name.</summary>
    public string Provider => _provider.Name;

    /// <summary>The id of the job of a tag, whether there is one or not: it begins with <c>ch-</c>.</summary>
    /// <param name="tag">The tag.</param>
    /// <returns>The id.</returns>
    public string IdOf(string tag) => JobId.Of(_deployment, tag);

    /// <summary>Runs the job of a tag, or finds it when it is there already. May be called again after any failure and any crash.</summary>
    /// <param name="tag">Names the job; one tag runs once.</param>
    /// <param name="spec">What to run.</param>
    /// <param name="options">Its cap, and who is asked before it may cost something.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The job.</returns>
    /// <exception cref="ComputeHordeValidationException">The specification has faults, or asks for what fallback machines do not have; all
    /// are named.</exception>
    /// <exception cref="FallbackException">
    /// <see cref="FallbackFailure.Unknown"/>: call again later. Anything else: nothing was rented.
    /// </exception>
    public async Task<FallbackJob> CreateAsync(
        string tag,
        ComputeHordeJobSpec spec,
        FallbackCreateOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(tag);
        ArgumentNullException.ThrowIfNull(spec);
        JobRules.Check(spec);
        return await GuardAsync(async () =>
        {
            var id = IdOf(tag);
            var record = await _records.FindAsync(id, cancellationToken);
            if (record is { MachineId: not null } or { Verdict: not null } or { ReleasedAt: not null })
            {
                return await ObserveAsync(record, MachineLook.Unknown, cancellationToken);
            }

            if (record?.RequestedAt is not null && await _rental.AdoptAsync(record, cancellationToken) is { } adopted)
            {
                return JobView.Of(adopted, []);
            }

            var offers = await _planner.OffersAsync(spec, options?.MaxUsd, cancellationToken);
            record = record is null
                ? _planner.NewRecord(id, tag, spec, offers)
                : record with
                {
                    Deadline = _planner.DeadlineFrom(_time.GetUtcNow(), spec),
                    CostBoundUsd = offers.Max(offer => JobPlanner.Bound(offer.UsdPerHour, _planner.Lifetime(spec))),
                };
            var plan = await _planner.PlanAsync(record, spec, cancellationToken);
            if (options?.Reserve is { } reserve)
            {
                await reserve(id, record.CostBoundUsd, cancellationToken);
            }

            // From here on somebody may have rented: whoever comes later looks first.
            record = await _records.SaveAsync(record with { RequestedAt = _time.GetUtcNow() }, cancellationToken);
            return JobView.Of(await _rental.RentAsync(record, plan, offers, cancellationToken), []);
        });
    }

    /// <summary>Looks at a job. When it is over, its machine is ended before this returns, if the provider answers.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The job, with its result.</returns>
    /// <exception cref="ComputeHordeNotFoundException">There is no such job.</exception>
    public Task<FallbackJob> GetAsync(string id, CancellationToken cancellationToken = default) =>
        GuardAsync(async () =>
        {
            var record =
                await _records.FindAsync(id, cancellationToken) ?? throw new ComputeHordeNotFoundException($"There is no job {id}.");
            return await _observer.WithResultAsync(
                await _observer.ObserveAsync(record, MachineLook.Unknown, cancellationToken),
                cancellationToken
            );
        });

    /// <summary>Looks at many jobs, without their results, and at their machines with one request for all of them.</summary>
    /// <param name="ids">Their ids.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Each job by its id. One job's trouble is its own.</returns>
    public async Task<IReadOnlyDictionary<string, FallbackLookup>> GetManyAsync(
        IEnumerable<string> ids,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(ids);
        var wanted = ids.Distinct(StringComparer.Ordinal).ToList();
        var looks = new ConcurrentDictionary<string, FallbackLookup>(StringComparer.Ordinal);
        if (wanted.Count == 0)
        {
            return looks;
        }

        await _roster.RefreshAsync(cancellationToken);
        await Parallel.ForEachAsync(
            wanted,
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken },
            async (id, token) =>
            {
                try
                {
                    looks[id] = await _records.FindAsync(id, token) is { } record
                        ? new FallbackLookup(id) { Job = await ObserveAsync(record, _roster.Find(record.MachineId), token) }
                        : new FallbackLookup(id);
                }
                catch (Exception exception) when (!token.IsCancellationRequested)
                {
                    looks[id] = new FallbackLookup(id) { Problem = exception.Message };
                }
            }
        );
        return looks;
    }

    /// <summary>
    /// Ends a job and its machine, whatever it is doing. Returns only when the provider has said that no machine of it is left.
    /// </summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The job as it was left; null when there is none.</returns>
    /// <exception cref="FallbackException">That is not known: call again.</exception>
    public Task<FallbackJob?> ReleaseAsync(string id, CancellationToken cancellationToken = default) =>
        GuardAsync(async () =>
        {
            if (await _records.FindAsync(id, cancellationToken) is not { } record)
            {
                return null;
            }

            if (record.ReleasedAt is null)
            {
                record = await _ending.EndMachinesAsync(record, cancellationToken);
                record = await _records.SaveAsync(
                    record with
                    {
                        Verdict = record.Verdict ?? await _results.FindVerdictAsync(record, cancellationToken) ?? Stopped(),
                    },
                    cancellationToken
                );
            }

            return (FallbackJob?)JobView.Of(record, record.Verdict?.Stages ?? []);

            JobVerdict Stopped() =>
                new(JobStatus.HordeFailed.Value, "stopped", _time.GetUtcNow()) { Message = "The job was ended before it had a result." };
        });

    /// <summary>All jobs that the container knows, without their results.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The jobs, in no particular order.</returns>
    public async IAsyncEnumerable<FallbackJob> ListAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        await foreach (var id in _blobs.ListJobsAsync(cancellationToken))
        {
            if (await _records.FindAsync(id, cancellationToken) is { } record)
            {
                yield return JobView.Of(record, record.Verdict?.Stages ?? []);
            }
        }
    }

    /// <summary>
    /// Ends machines of this deployment that nobody needs: past their deadline, of a job that is over, or a second one of a job. For what
    /// lies between two steps of a process that died; to be called every few minutes.
    /// </summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>How many were ended.</returns>
    /// <exception cref="FallbackException">The provider does not answer, or could not end one.</exception>
    public Task<int> ReapAsync(CancellationToken cancellationToken = default) => GuardAsync(() => _reaper.ReapAsync(cancellationToken));

    private async Task<FallbackJob> ObserveAsync(JobRecord record, MachineLook look, CancellationToken cancellationToken)
    {
        var (observed, stages) = await _observer.ObserveAsync(record, look, cancellationToken);
        return JobView.Of(observed, stages);
    }

    /// <summary>Storage that does not answer says nothing about a job.</summary>
    private static async Task<T> GuardAsync<T>(Func<Task<T>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception exception) when (exception is RequestFailedException or AggregateException)
        {
            throw new FallbackException(
                FallbackFailure.Unknown,
                $"The storage of fallback jobs does not answer: {exception.Message.Split('\n')[0].Trim()}",
                exception
            );
        }
    }
}
