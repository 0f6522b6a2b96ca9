using System.Collections.Concurrent;
using Azure;
using Azure.Storage.Blobs;
using ComputeHorde.Sdk;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ComputeHorde.Fallback;

/// <summary>
/// Jobs on rented machines: each tag rents one, looks it up before it is rented again, reads results from blobs, and ends every machine. Holds nothing in memory
/// that counts: any process with the same container goes on where another has died.
/// </summary>
public sealed class FallbackJobs
{
    private readonly IFallbackProvider _provider;
    private readonly FallbackOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly JobBlobs _blobs;
    private readonly JobRecords _records;
    private readonly JobResults _results;
    private readonly JobPlanner _planner;
    private readonly JobJudge _judge;
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
        ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(provider);
        ArgumentNullException.ThrowIfNull(container);
        ArgumentNullException.ThrowIfNull(downloads);
        (_provider, _options, _time, _logger) = (provider, options ?? new FallbackOptions(), timeProvider ?? TimeProvider.System, logger ?? NullLogger.Instance);
        _deployment = _options.Deployment ?? JobId.Deployment(container.Uri);
        if (_deployment.Length != 6 || !_deployment.All(static character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character)))
        {
            throw new ArgumentException($"{nameof(FallbackOptions.Deployment)} must be six small letters and digits.", nameof(options));
        }

        _blobs = new JobBlobs(container, _time);
        _records = new JobRecords(_blobs);
        _results = new JobResults(_blobs);
        _planner = new JobPlanner(provider, _blobs, downloads, _options, _time);
        _judge = new JobJudge(_options);
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
        return options.StartLimit + options.Margin + TimeSpan.FromSeconds((double)spec.DownloadTimeLimitSec + spec.ExecutionTimeLimitSec + spec.UploadTimeLimitSec);
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
    /// <exception cref="ComputeHordeValidationException">The specification has faults, or asks for what fallback machines do not have; all are named.</exception>
    /// <exception cref="FallbackException">
    /// <see cref="FallbackFailure.Unknown"/>: call again later. Anything else: nothing was rented.
    /// </exception>
    public async Task<FallbackJob> CreateAsync(string tag, ComputeHordeJobSpec spec, FallbackCreateOptions? options = null, CancellationToken cancellationToken = default)
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

            if (record?.RequestedAt is not null && await AdoptAsync(record, cancellationToken) is { } adopted)
            {
                return JobView.Of(adopted, []);
            }

            var offers = await _planner.OffersAsync(spec, options?.MaxUsd, cancellationToken);
            record = record is null
                ? _planner.NewRecord(id, tag, spec, offers)
                : record with { Deadline = _planner.DeadlineFrom(_time.GetUtcNow(), spec), CostBoundUsd = offers.Max(offer => JobPlanner.Bound(offer.UsdPerHour, _planner.Lifetime(spec))) };
            var plan = await _planner.PlanAsync(record, spec, cancellationToken);
            if (options?.Reserve is { } reserve)
            {
                await reserve(id, record.CostBoundUsd, cancellationToken);
            }

            // From here on somebody may have rented: whoever comes later looks first.
            record = await _records.SaveAsync(record with { RequestedAt = _time.GetUtcNow() }, cancellationToken);
            return JobView.Of(await RentAsync(record, plan, offers, cancellationToken), []);
        });
    }

    /// <summary>Looks at a job. When it is over, its machine is ended before this returns, if the provider answers.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The job, with its result.</returns>
    /// <exception cref="ComputeHordeNotFoundException">There is no such job.</exception>
    public Task<FallbackJob> GetAsync(string id, CancellationToken cancellationToken = default) => GuardAsync(async () =>
    {
        var record = await _records.FindAsync(id, cancellationToken) ?? throw new ComputeHordeNotFoundException($"There is no job {id}.");
        return await WithResultAsync(await ObserveRecordAsync(record, MachineLook.Unknown, cancellationToken), cancellationToken);
    });

    /// <summary>Looks at many jobs, without their results, and at their machines with one request for all of them.</summary>
    /// <param name="ids">Their ids.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Each job by its id. One job's trouble is its own.</returns>
    public async Task<IReadOnlyDictionary<string, FallbackLookup>> GetManyAsync(IEnumerable<string> ids, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var wanted = ids.Distinct(StringComparer.Ordinal).ToList();
        var looks = new ConcurrentDictionary<string, FallbackLookup>(StringComparer.Ordinal);
        if (wanted.Count == 0)
        {
            return looks;
        }

        await _roster.RefreshAsync(cancellationToken);
        await Parallel.ForEachAsync(wanted, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken }, async (id, token) =>
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
        });
        return looks;
    }

    /// <summary>Ends a job and its machine, whatever it is doing. Returns only when the provider has said that no machine of it is left.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The job as it was left; null when there is none.</returns>
    /// <exception cref="FallbackException">That is not known: call again.</exception>
    public Task<FallbackJob?> ReleaseAsync(string id, CancellationToken cancellationToken = default) => GuardAsync(async () =>
    {
        if (await _records.FindAsync(id, cancellationToken) is not { } record)
        {
            return null;
        }

        if (record.ReleasedAt is null)
        {
            record = await EndMachinesAsync(record, cancellationToken);
            record = await _records.SaveAsync(
                record with { Verdict = record.Verdict ?? await _results.FindVerdictAsync(record, cancellationToken) ?? Stopped() }, cancellationToken);
        }

        return (FallbackJob?)JobView.Of(record, record.Verdict?.Stages ?? []);

        JobVerdict Stopped() => new(JobStatus.HordeFailed.Value, "stopped", _time.GetUtcNow()) { Message = "The job was ended before it had a result." };
    });

    /// <summary>All jobs that the container knows, without their results.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The jobs, in no particular order.</returns>
    public async IAsyncEnumerable<FallbackJob> ListAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
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
    /// Ends machines of this deployment that nobody needs: past their deadline, of a job that is over, or a second one of a job. For what lies between two steps of a
    /// process that died; to be called every few minutes.
    /// </summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>How many were ended.</returns>
    /// <exception cref="FallbackException">The provider does not answer, or could not end one.</exception>
    public Task<int> ReapAsync(CancellationToken cancellationToken = default) => GuardAsync(async () =>
    {
        var ended = 0;
        FallbackException? trouble = null;
        foreach (var machine in await _provider.ListAsync(JobId.Prefix(_deployment), cancellationToken))
        {
            try
            {
                if (await IsNeedlessAsync(machine, cancellationToken))
                {
                    await _provider.TerminateAsync(machine.Id, cancellationToken);
                    _logger.MachineReaped(machine.Name, _provider.Name);
                    ended++;
                }
            }
            catch (FallbackException exception)
            {
                // The others are ended all the same.
                trouble = exception;
            }
        }

        return trouble is null ? ended : throw trouble;
    });

    private async Task<bool> IsNeedlessAsync(Machine machine, CancellationToken cancellationToken)
    {
        var deadline = JobId.DeadlineOf(machine.Name);
        if (deadline is { } end && _time.GetUtcNow() >= end)
        {
            return true;
        }

        var job = machine.Name[..machine.Name.LastIndexOf('-')];
        return await _records.FindAsync(job, cancellationToken) is { } record
            && (record.Verdict is not null || record.ReleasedAt is not null || (record.MachineId is { } right && right != machine.Id));
    }

    private async Task<JobRecord> RentAsync(JobRecord record, MachinePlan plan, IReadOnlyList<MachineOffer> offers, CancellationToken cancellationToken)
    {
        FallbackException? refusal = null;
        foreach (var offer in offers)
        {
            try
            {
                return await TakeAsync(record, await _provider.CreateAsync(plan, offer, cancellationToken), offer.UsdPerHour, cancellationToken);
            }
            catch (FallbackException exception) when (exception.Failure == FallbackFailure.Unknown)
            {
                if (await LookForAsync(record, cancellationToken) is { } found)
                {
                    return found;
                }

                throw;
            }
            catch (FallbackException exception) when (exception.Failure != FallbackFailure.Price)
            {
                refusal = exception;
                if (exception.Failure != FallbackFailure.NoCapacity)
                {
                    break;
                }
            }
        }

        await ClearRequestAsync(record, cancellationToken);
        throw refusal!;
    }

    /// <summary>Every offer was refused: the next call begins anew. A definition that found no machine may be left behind.</summary>
    private async Task ClearRequestAsync(JobRecord record, CancellationToken cancellationToken)
    {
        foreach (var machine in await _provider.ListAsync(record.Id + "-", cancellationToken))
        {
            await _provider.TerminateAsync(machine.Id, cancellationToken);
        }

        await _records.SaveAsync(record with { RequestedAt = null }, cancellationToken);
    }

    /// <summary>After a request without an answer: the machine may exist, and may be missing from lists for a while.</summary>
    private async Task<JobRecord?> LookForAsync(JobRecord record, CancellationToken cancellationToken)
    {
        foreach (var pause in _options.LookUpPauses)
        {
            await Task.Delay(pause, _time, cancellationToken);
            if (await FindMachineAsync(record, cancellationToken) is { } machine)
            {
                return await AdoptAsync(record, machine, cancellationToken);
            }
        }

        return null;
    }

    /// <summary>Takes over the machine that an earlier call rented; null when it rented none for sure.</summary>
    private async Task<JobRecord?> AdoptAsync(JobRecord record, CancellationToken cancellationToken)
    {
        if (await FindMachineAsync(record, cancellationToken) is { } machine)
        {
            return await AdoptAsync(record, machine, cancellationToken);
        }

        if (await _blobs.FindAsync(record.Id, JobBlobs.Claim, cancellationToken) is not null)
        {
            // There was a machine, and the job has begun on it: it is not begun again.
            return await ConcludeAsync(record, new JobVerdict(JobStatus.HordeFailed.Value, "executor_disconnected", _time.GetUtcNow()) { Message = "The machine is gone." }, cancellationToken);
        }

        return _time.GetUtcNow() - record.RequestedAt < _options.CreateDoubt
            ? throw new FallbackException(FallbackFailure.Unknown, "A request for this job's machine was sent a moment ago and has no answer; waiting until it cannot arrive any more.")
            : null;
    }

    private async Task<JobRecord> AdoptAsync(JobRecord record, Machine machine, CancellationToken cancellationToken)
    {
        await _provider.EnsureStartedAsync(machine.Id, cancellationToken);
        return await TakeAsync(record, machine, price: null, cancellationToken);
    }

    /// <summary>The machine that has claimed a job, else the oldest; others are ended, as the job is not theirs.</summary>
    private async Task<Machine?> FindMachineAsync(JobRecord record, CancellationToken cancellationToken)
    {
        var machines = (await _provider.ListAsync(record.Id + "-", cancellationToken)).OrderBy(static machine => machine.CreatedAt).ThenBy(static machine => machine.Id, StringComparer.Ordinal).ToList();
        if (machines.Count < 2)
        {
            return machines.FirstOrDefault();
        }

        var claimant = await ClaimantAsync(record, cancellationToken);
        var right = machines.Find(machine => machine.Id == claimant) ?? machines[0];
        foreach (var surplus in machines.Where(machine => machine != right))
        {
            await _provider.TerminateAsync(surplus.Id, cancellationToken);
        }

        return right;
    }

    /// <summary>The machine that has claimed a job, by its own word; null when none has.</summary>
    private async Task<string?> ClaimantAsync(JobRecord record, CancellationToken cancellationToken) =>
        (await _blobs.FindAsync(record.Id, JobBlobs.Claim, cancellationToken))?.Content.ToString().Split(' ')[0];

    private async Task<JobRecord> TakeAsync(JobRecord record, Machine machine, decimal? price, CancellationToken cancellationToken)
    {
        var taken = record with { MachineId = machine.Id, MachineCreatedAt = machine.CreatedAt, UsdPerHour = machine.UsdPerHour ?? price };
        var bound = (taken.UsdPerHour ?? 0) * (decimal)(record.Deadline - (record.RequestedAt ?? record.CreatedAt)).TotalHours;
        if (bound > record.CostBoundUsd)
        {
            await _provider.TerminateAsync(machine.Id, cancellationToken);
            await _records.SaveAsync(record with { RequestedAt = null }, cancellationToken);
            throw new FallbackException(
                FallbackFailure.Price, $"{_provider.Name} asks {taken.UsdPerHour} USD an hour for the machine that was rented, so that the job may cost {bound:0.00##} USD instead of {record.CostBoundUsd}. It was ended.");
        }

        var saved = await _records.SaveAsync(taken, cancellationToken);
        _logger.MachineRented(machine.Name, _provider.Name, saved.UsdPerHour, record.CostBoundUsd);
        return saved;
    }

    private async Task<FallbackJob> ObserveAsync(JobRecord record, MachineLook look, CancellationToken cancellationToken)
    {
        var (observed, stages) = await ObserveRecordAsync(record, look, cancellationToken);
        return JobView.Of(observed, stages);
    }

    /// <summary>Brings a record up to what storage and provider say.</summary>
    private async Task<(JobRecord Record, IReadOnlyList<StageTime> Stages)> ObserveRecordAsync(JobRecord record, MachineLook look, CancellationToken cancellationToken)
    {
        if (record.Verdict is { } known)
        {
            return (record, known.Stages);
        }

        if (await _results.FindVerdictAsync(record, cancellationToken) is { } result)
        {
            record = await ConcludeAsync(record, result, cancellationToken);
            return (record, result.Stages);
        }

        var seen = await _results.FindStagesAsync(record, cancellationToken);
        var now = _time.GetUtcNow();
        if (record.MachineId is { } machine && (look.IsGone || _judge.IsSuspect(record, seen?.SeenAt, now)))
        {
            // Where names are ids there is one machine. Elsewhere one that was ended as a second one may just have claimed the job.
            var right = machine == record.MachineName ? machine : await ClaimantAsync(record, cancellationToken) ?? machine;

            // A list may lag: only the answer to the very question counts.
            look = MachineLook.Of(await _provider.GetAsync(right, cancellationToken));
        }

        if (record.MachineId is null || _judge.Judge(record, seen, look, now) is not { } verdict)
        {
            return (record, seen?.Stages ?? []);
        }

        record = await ConcludeAsync(record, await ExplainAsync(record, verdict, look, cancellationToken), cancellationToken);
        return (record, record.Verdict!.Stages);
    }

    /// <summary>A job that never began may have said why in its machine's log: its image has no tool to write to storage with.</summary>
    private async Task<JobVerdict> ExplainAsync(JobRecord record, JobVerdict verdict, MachineLook look, CancellationToken cancellationToken)
    {
        if (verdict.Stages.Count > 0 || look.Machine is not { } machine)
        {
            return verdict;
        }

        var marker = $"##CH {record.Nonce} result ";
        var line = (await _provider.ReadLogsAsync(machine.Id, cancellationToken)).Split('\n').LastOrDefault(line => line.Contains(marker, StringComparison.Ordinal));
        return line?.Contains("no_transfer_tool", StringComparison.Ordinal) == true
            ? verdict with { Reason = "no_transfer_tool", Message = "The image has none of curl, wget and python3, and none could be installed." }
            : line?.Contains("storage_unreachable", StringComparison.Ordinal) == true
                ? verdict with { Reason = "storage_unreachable", Message = "The machine could not reach the storage." }
                : verdict;
    }

    /// <summary>Ends the machine of a job that is over, looks for a result one last time, and decides for good.</summary>
    private async Task<JobRecord> ConcludeAsync(JobRecord record, JobVerdict verdict, CancellationToken cancellationToken)
    {
        var isResult = await _blobs.FindAsync(record.Id, JobBlobs.Result, cancellationToken) is not null;
        try
        {
            record = await EndMachinesAsync(record, cancellationToken);
        }
        catch (FallbackException) when (isResult)
        {
            // What the job gave counts, whether the provider answers or not; its machine is ended later.
        }

        verdict = await _results.FindVerdictAsync(record, cancellationToken) ?? verdict;
        _logger.JobEnded(record.Id, verdict.Status, verdict.Reason);
        return await _records.SaveAsync(record with { Verdict = verdict }, cancellationToken);
    }

    /// <summary>Ends all machines of a job, and notes what they cost.</summary>
    private async Task<JobRecord> EndMachinesAsync(JobRecord record, CancellationToken cancellationToken)
    {
        var ids = (await _provider.ListAsync(record.Id + "-", cancellationToken)).Select(static machine => machine.Id).ToHashSet(StringComparer.Ordinal);
        if (record.MachineId is { } own)
        {
            ids.Add(own);
        }

        foreach (var id in ids)
        {
            await _provider.TerminateAsync(id, cancellationToken);
        }

        var now = _time.GetUtcNow();
        if (record.MachineId is null && record.RequestedAt is { } requested && now - requested < _options.CreateDoubt)
        {
            throw new FallbackException(FallbackFailure.Unknown, "A request for this job's machine was sent a moment ago and has no answer; waiting until it cannot arrive any more.");
        }

        await _blobs.RemoveInputsAsync(record.Id, cancellationToken);
        return record with { ReleasedAt = now, CostUsd = await CostAsync(record, now, cancellationToken) };
    }

    private async Task<decimal?> CostAsync(JobRecord record, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (record.MachineId is not { } id)
        {
            return 0;
        }

        try
        {
            if (await _provider.GetCostAsync(id, cancellationToken) is { } billed)
            {
                return billed;
            }
        }
        catch (FallbackException)
        {
            // The bill can be read later; what follows is close to it.
        }

        var hours = Math.Max(0, (now - (record.MachineCreatedAt ?? now)).TotalHours);
        return record.UsdPerHour is { } price ? decimal.Round(price * (decimal)hours, 6) : null;
    }

    private async Task<FallbackJob> WithResultAsync((JobRecord Record, IReadOnlyList<StageTime> Stages) observed, CancellationToken cancellationToken)
    {
        var record = observed.Record;
        if (record.Verdict is not { } verdict)
        {
            return JobView.Of(record, observed.Stages);
        }

        var output = (
            Stdout: await _results.ReadTextAsync(record, JobBlobs.Stdout, cancellationToken),
            Stderr: await _results.ReadTextAsync(record, JobBlobs.Stderr, cancellationToken));
        var result = verdict.Status == JobStatus.Completed.Value
            ? new JobResult { Stdout = output.Stdout, Stderr = output.Stderr, Artifacts = await _results.ReadArtifactsAsync(record, cancellationToken) }
            : null;
        return JobView.Of(record, observed.Stages, result, output);
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
            throw new FallbackException(FallbackFailure.Unknown, $"The storage of fallback jobs does not answer: {exception.Message.Split('\n')[0].Trim()}", exception);
        }
    }
}
