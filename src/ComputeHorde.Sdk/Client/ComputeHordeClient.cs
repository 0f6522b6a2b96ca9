using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ComputeHorde.Sdk;

/// <summary>
/// The ComputeHorde client: creates jobs, each once, follows them and reports cheats. Thread-safe; use one for each hotkey, so that its
/// login is shared.
/// All methods throw <see cref="ComputeHordeException"/> or one of its subclasses, and <see cref="OperationCanceledException"/> when
/// cancelled.
/// </summary>
public sealed class ComputeHordeClient : IDisposable
{
    private readonly FacilitatorApi _api;
    private readonly JobCreator _creator;
    private readonly JobPages _pages;
    private readonly JobLookups _lookups;
    private readonly TagFinder _finder;
    private readonly JobIterator _iterator;
    private readonly JobWatcher _watcher;
    private readonly JobRunner _runner;
    private readonly CheatReporter _reporter;

    /// <summary>Creates a client.</summary>
    /// <param name="httpClient">Sends the requests; is not disposed. Should not follow redirects, and its own time-out should not be
    /// shorter than <see cref="ComputeHordeOptions.RequestTimeout"/>.</param>
    /// <param name="signer">Signs logins and jobs; is not disposed.</param>
    /// <param name="options">Settings; default the defaults.</param>
    /// <param name="timeProvider">The clock; default the system's.</param>
    /// <param name="logger">Receives what happens; default nothing.</param>
    /// <exception cref="ComputeHordeValidationException">The options have faults; all are named.</exception>
    public ComputeHordeClient(
        HttpClient httpClient,
        ISigner signer,
        ComputeHordeOptions? options = null,
        TimeProvider? timeProvider = null,
        ILogger? logger = null
    )
        : this(
            () => httpClient,
            signer,
            options ?? new ComputeHordeOptions(),
            timeProvider ?? TimeProvider.System,
            logger ?? NullLogger.Instance
        )
    {
        ArgumentNullException.ThrowIfNull(httpClient);
    }

    internal ComputeHordeClient(Func<HttpClient> clients, ISigner signer, ComputeHordeOptions options, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(signer);
        var faults = ComputeHordeOptionsValidator.Faults(options);
        if (faults.Count > 0)
        {
            throw new ComputeHordeValidationException([.. faults.Select(fault => new ValidationProblem("options", fault))]);
        }

        Hotkey = signer.Hotkey;
        _api = new FacilitatorApi(clients, signer, options, time, logger);
        _pages = new JobPages(_api, options, logger);
        _lookups = new JobLookups(_pages, options, time, logger);
        _finder = new TagFinder(_pages);
        _iterator = new JobIterator(_pages, logger);
        _creator = new JobCreator(_api, _finder, signer, options, time, logger);
        _watcher = new JobWatcher(_pages, options, time, logger);
        _runner = new JobRunner(_creator, _lookups, options, time, logger);
        _reporter = new CheatReporter(_api, signer, time, logger);
    }

    /// <summary>Address of the hotkey that this client acts for.</summary>
    public string Hotkey { get; }

    /// <summary>
    /// The facilitator's clock less this machine's, by the <c>Date</c> of its newest answer; null before the first. Exact to about a
    /// second. Deadlines that are told to others (upload URLs, certificates) are wrong by as much.
    /// </summary>
    public TimeSpan? ServerClockOffset => _api.ServerClockOffset;

    /// <summary>
    /// Creates a job, once: after every answer that leaves open whether it was stored, its tag is looked up before the request is repeated.
    /// When the call is cancelled or the process ends in the middle, call again with the same tag and
    /// <see cref="CreateJobOptions.LookUpFirst"/>.
    /// </summary>
    /// <param name="spec">What to run; checked before anything is sent.</param>
    /// <param name="options">Tag, trusted miner, validator; default a random tag.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The job, and whether it was created or found.</returns>
    /// <exception cref="ComputeHordeValidationException">
    /// The specification, the tag or the validator has faults, locally or by the facilitator's word; all are named. Nothing is stored.
    /// Every other
    /// <see cref="ComputeHordeException"/> of this method is transient.
    /// </exception>
    /// <exception cref="ComputeHordeUncertainCreateException">Whether the job is stored could not be found out.</exception>
    public Task<CreateJobResult> CreateJobAsync(
        ComputeHordeJobSpec spec,
        CreateJobOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(spec);
        return _creator.CreateAsync(spec, options ?? new CreateJobOptions(), _creator.NoDoubt(), cancellationToken);
    }

    /// <summary>Gets a job.</summary>
    /// <param name="uuid">The job's UUID.</param>
    /// <param name="includeResults">False to leave out what the job printed and gave, which is read all the same but not kept in memory.
    /// Default true.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The job as it is now.</returns>
    /// <exception cref="ComputeHordeNotFoundException">Unknown, of another hotkey, or older than seven days.</exception>
    public Task<ComputeHordeJob> GetJobAsync(string uuid, bool includeResults = true, CancellationToken cancellationToken = default) =>
        _pages.GetAsync(uuid, includeResults, repeats: true, cancellationToken);

    /// <summary>Gets a job with what it printed and gave, which is never in memory as a whole.</summary>
    /// <param name="uuid">The job's UUID.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The output of the job as it is now; dispose it.</returns>
    /// <exception cref="ComputeHordeNotFoundException">Unknown, of another hotkey, or older than seven days.</exception>
    public Task<JobOutput> GetJobOutputAsync(string uuid, CancellationToken cancellationToken = default) =>
        _pages.GetOutputAsync(uuid, cancellationToken);

    /// <summary>
    /// Looks at many jobs with few requests, one for each 150 at most. One job's trouble is its own, and an outage is told job by job: what
    /// the facilitator answers is never thrown.
    /// </summary>
    /// <param name="uuids">UUIDs; repeated ones are asked for once.</param>
    /// <param name="includeResults">False to leave out what the jobs printed and gave, which is read all the same but not kept in memory.
    /// Default true.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>For each UUID, in lower case with dashes, the job, or that there is none, or why that is not known.</returns>
    /// <exception cref="ComputeHordeValidationException">Something is not a UUID.</exception>
    public Task<IReadOnlyDictionary<string, JobLookup>> GetJobsAsync(
        IEnumerable<string> uuids,
        bool includeResults = true,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(uuids);
        return _lookups.FindAsync(uuids, includeResults, cancellationToken);
    }

    /// <summary>Gets the jobs with exactly this tag.</summary>
    /// <param name="tag">The tag; there is no search by a part of it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The jobs, the oldest first. Empty only when the facilitator says clearly that there is none.</returns>
    /// <exception cref="ComputeHordeProtocolException">The answer has entries, but none that can be read as a job with this tag.
    /// Transient.</exception>
    public Task<IReadOnlyList<ComputeHordeJob>> GetJobsByTagAsync(string tag, CancellationToken cancellationToken = default)
    {
        var problems = JobSpecValidation.ValidateTag(tag);
        return problems.Count > 0 ? throw new ComputeHordeValidationException(problems) : _finder.FindAsync(tag, cancellationToken);
    }

    /// <summary>Gets one page of the job list. The list has no order: while jobs change, pages can miss or repeat jobs.</summary>
    /// <param name="page">1 for the first.</param>
    /// <param name="pageSize">1 to 256.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The page.</returns>
    /// <exception cref="ComputeHordeNotFoundException">There is no such page.</exception>
    public Task<JobsPage> GetJobsPageAsync(int page = 1, int pageSize = 10, CancellationToken cancellationToken = default)
    {
        var problems = new ProblemList();
        if (page < 1)
        {
            problems.Add("page", "must be at least 1.");
        }

        if (pageSize is < 1 or > JobListQuery.MaxPageSize)
        {
            problems.Add("page_size", $"must be between 1 and {JobListQuery.MaxPageSize}.");
        }

        problems.ThrowIfAny();
        return PageAsync(page, pageSize, cancellationToken);
    }

    /// <summary>
    /// All jobs of this hotkey, each once. Reads the list again when jobs moved within it while it was read, up to three times. Jobs that
    /// the facilitator cannot show are left out, with a line in the log.
    /// </summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The jobs in no particular order.</returns>
    public IAsyncEnumerable<ComputeHordeJob> IterateJobsAsync(CancellationToken cancellationToken = default) =>
        _iterator.IterateAsync(cancellationToken);

    /// <summary>Waits until a job has ended, well or not.</summary>
    /// <param name="uuid">The job's UUID.</param>
    /// <param name="timeout">Longest wait, at most 24 days; zero looks once. Default null: no limit.</param>
    /// <param name="onChange">Called for each entry of the status history, those already there included. What it throws ends the
    /// wait.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The ended job.</returns>
    /// <exception cref="ComputeHordeJobTimeoutException">The job has not ended in time.</exception>
    public Task<ComputeHordeJob> WaitAsync(
        string uuid,
        TimeSpan? timeout = null,
        Func<JobStatusChange, ValueTask>? onChange = null,
        CancellationToken cancellationToken = default
    ) => _watcher.WaitAsync(uuid, Checked(timeout), onChange, cancellationToken);

    /// <summary>A job's status changes as they are seen, until it has ended.</summary>
    /// <param name="uuid">The job's UUID.</param>
    /// <param name="timeout">Longest wait, at most 24 days. Default null: no limit.</param>
    /// <param name="knownEntries">How many entries of the status history to leave out, because they were seen before. Default 0.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The changes in their order.</returns>
    /// <exception cref="ComputeHordeJobTimeoutException">The job has not ended in time.</exception>
    public IAsyncEnumerable<JobStatusChange> WatchAsync(
        string uuid,
        TimeSpan? timeout = null,
        int knownEntries = 0,
        CancellationToken cancellationToken = default
    ) => _watcher.WatchAsync(uuid, Checked(timeout), knownEntries, cancellationToken);

    /// <summary>Waits until a streaming job's server can be reached.</summary>
    /// <param name="uuid">The job's UUID.</param>
    /// <param name="timeout">Longest wait, at most 24 days. Default null: no limit.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The job with <see cref="ComputeHordeJob.Streaming"/> ready; see
    /// <see cref="StreamingCertificate.CreateHttpClient"/>.</returns>
    /// <exception cref="ComputeHordeException">The job has ended.</exception>
    /// <exception cref="ComputeHordeJobTimeoutException">The server is not ready in time.</exception>
    public Task<ComputeHordeJob> WaitForStreamingAsync(
        string uuid,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => _watcher.WaitForStreamingAsync(uuid, Checked(timeout), cancellationToken);

    /// <summary>
    /// Runs a job until it is complete. Failures of ComputeHorde's machinery are tried again, failures of the job's own making are not.
    /// Room is waited for without using up attempts. Lost and stuck jobs are replaced but stay watched; whichever completes first counts.
    /// </summary>
    /// <param name="spec">What to run; checked before anything is sent.</param>
    /// <param name="options">Attempts, time-outs, callbacks; default three paid attempts without a time limit.</param>
    /// <param name="cancellationToken">Ends the call; jobs go on.</param>
    /// <returns>The completed job, else the last one, with all attempts.</returns>
    /// <exception cref="ComputeHordeJobTimeoutException">The run has not completed in time.</exception>
    /// <exception cref="ComputeHordeException">No job could be created within <see cref="RunOptions.CapacityTimeout"/>.</exception>
    public Task<RunResult> RunUntilCompleteAsync(
        ComputeHordeJobSpec spec,
        RunOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(spec);
        return _runner.RunAsync(spec, options ?? new RunOptions(), cancellationToken);
    }

    /// <summary>
    /// Reports that a job's result differs from that of its copy on the trusted miner. May be repeated: there is one report for a job. The
    /// validator never tells whether it acts on it.
    /// </summary>
    /// <param name="jobUuid">The job.</param>
    /// <param name="trustedJobUuid">Its copy, created with <see cref="CreateJobOptions.OnTrustedMiner"/>.</param>
    /// <param name="details">
    /// What differs, best as texts and integers: for instance <c>expected_hash</c>, <c>actual_hash</c>, <c>reason</c>. What the facilitator
    /// cannot store is made storable: NUL and lone surrogates become U+FFFD, integers over 64 bits and numbers that are not finite become
    /// text, more than 32 levels are cut.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Whether it was recorded or had been before.</returns>
    /// <exception cref="ComputeHordeValidationException">The details are 2.5 MB or more, or something is not a UUID.</exception>
    /// <exception cref="ComputeHordeNotFoundException">One of the jobs is unknown, of another hotkey, older than seven days, or not of the
    /// right kind.</exception>
    public Task<CheatReportOutcome> ReportCheatedJobAsync(
        string jobUuid,
        string trustedJobUuid,
        JsonObject details,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(details);
        return _reporter.ReportAsync(jobUuid, trustedJobUuid, details, cancellationToken);
    }

    private static TimeSpan? Checked(TimeSpan? timeout)
    {
        var problems = new ProblemList();
        problems.Time("timeout", timeout, TimeSpan.Zero, RunOptions.MaxTimeout);
        problems.ThrowIfAny();
        return timeout;
    }

    private async Task<JobsPage> PageAsync(int page, int pageSize, CancellationToken cancellationToken)
    {
        var list = await _pages.ListAsync(new JobListQuery("list", "") { Page = page, PageSize = pageSize }, cancellationToken);
        return new JobsPage(list.Jobs, list.Count, list.HasNext);
    }

    /// <summary>Forgets the login. Neither the HTTP client nor the signer is disposed.</summary>
    public void Dispose() => _api.Dispose();
}
