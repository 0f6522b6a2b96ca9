using Microsoft.Extensions.Logging;

namespace ComputeHorde.Sdk;

/// <summary>
/// Looks at many jobs with few calls, and answers for each of them. One job's trouble is its own: a list that fails is halved until what
/// spoils it stands alone, a job that is missing from a list is asked for by itself, and lists that grew large are followed by shorter
/// ones. HTTP 500 is the word of the facilitator itself; what else goes wrong (a gateway's answer, a time-out, a broken body) may be an
/// outage, so that lists are halved only while the facilitator answers a small question.
/// </summary>
internal sealed class JobLookups(JobPages pages, ComputeHordeOptions options, TimeProvider time, ILogger logger)
{
    /// <summary>More uuids would make the request line longer than proxies allow.</summary>
    public const int MaxUuids = 150;

    private readonly UnreadableJobs _unreadable = new(time);
    private int _listSize = MaxUuids;

    /// <summary>Looks at jobs; facilitator trouble is told job by job and never thrown.</summary>
    public async Task<IReadOnlyDictionary<string, JobLookup>> FindAsync(
        IEnumerable<string> uuids,
        bool includeResults,
        CancellationToken cancellationToken
    )
    {
        var look = new Look(includeResults, cancellationToken);
        var asked = uuids.Select(JobPages.Canonical).Distinct(StringComparer.Ordinal).ToList();
        var listed = asked.Where(uuid => !_unreadable.Contains(uuid)).ToArray();
        for (var start = 0; start < listed.Length;)
        {
            var size = Math.Min(Volatile.Read(ref _listSize), listed.Length - start);
            await ListAsync(look, listed.AsMemory(start, size), mayBeHalved: true);
            start += size;
        }

        await FailedAsync(look);
        var answers = new Dictionary<string, JobLookup>(asked.Count, StringComparer.Ordinal);
        foreach (var uuid in asked)
        {
            answers[uuid] = look.Found.TryGetValue(uuid, out var found) ? found : await AloneAsync(look, uuid);
        }

        return answers;
    }

    /// <summary>
    /// Reads a list or, when a single job may have spoilt it, its halves. Failures are kept for <see cref="FailedAsync"/>.
    /// </summary>
    private async Task ListAsync(Look look, ReadOnlyMemory<string> uuids, bool mayBeHalved)
    {
        try
        {
            await PagesAsync(look, uuids, repeats: false);
        }
        catch (ResponseTooLargeException) when (uuids.Length > 1)
        {
            Volatile.Write(ref _listSize, uuids.Length / 2);
            await HalvesAsync(look, uuids, mayBeHalved);
        }
        catch (ComputeHordeException error)
        {
            if (uuids.Length > 1 && mayBeHalved && await IsOfOneJobAsync(look, error))
            {
                await HalvesAsync(look, uuids, mayBeHalved);
                return;
            }

            look.Failed.Enqueue((uuids, error));
            look.FailuresInARow++;
        }
    }

    /// <summary>
    /// When nothing of the first half could be read, the fault may be the facilitator's: the second half is asked for, but not halved for
    /// now.
    /// </summary>
    private async Task HalvesAsync(Look look, ReadOnlyMemory<string> uuids, bool mayBeHalved)
    {
        var half = uuids.Length / 2;
        var before = look.Lists;
        await ListAsync(look, uuids[..half], mayBeHalved);
        await ListAsync(look, uuids[half..], mayBeHalved && look.Lists > before);
    }

    /// <summary>All pages of a list. There is more than one only when the facilitator gives less than it was asked for.</summary>
    private async Task PagesAsync(Look look, ReadOnlyMemory<string> uuids, bool repeats)
    {
        var query = new JobListQuery("list by uuid", string.Concat(uuids.ToArray().Select(static uuid => $"&uuid={uuid}")))
        {
            IncludeResults = look.IncludeResults,
            IsOfOneJob = uuids.Length == 1,
            Repeats = repeats,
        };
        var largest = 0L;
        for (var hasNext = true; hasNext && query.Page <= uuids.Length; query = query with { Page = query.Page + 1 })
        {
            JobList list;
            try
            {
                list = await pages.ListAsync(query, look.Cancellation);
            }
            catch (ComputeHordeNotFoundException) when (query.Page > 1)
            {
                break; // The list has become shorter meanwhile; whoever is missing is asked for alone.
            }

            foreach (var job in list.Jobs)
            {
                look.Found[job.Uuid] = new JobLookup(job.Uuid) { Job = job };
            }

            hasNext = list is { HasNext: true, HasEntries: true };
            largest = Math.Max(largest, list.Bytes);
        }

        look.Lists++;
        (look.FailuresInARow, look.IsSilent) = (0, false);
        Adapt(uuids.Length, largest);
    }

    /// <summary>Lists that filled half of what may be read are followed by shorter ones; small ones let them grow again.</summary>
    private void Adapt(int uuids, long bytes)
    {
        if (bytes > options.MaxPageBytes / 2 && uuids > 1)
        {
            Volatile.Write(ref _listSize, Math.Max(1, uuids / 2));
        }
        else if (bytes < options.MaxPageBytes / 8 && uuids == Volatile.Read(ref _listSize))
        {
            Volatile.Write(ref _listSize, Math.Min(MaxUuids, uuids * 2));
        }
    }

    /// <summary>
    /// Whether a failure may be about a single job among those that were asked for, and not about all: the facilitator itself said so, or
    /// it answers other questions.
    /// </summary>
    private async Task<bool> IsOfOneJobAsync(Look look, ComputeHordeException error)
    {
        if (look.IsOutage || look.Outage is not null)
        {
            return false;
        }

        if (error.StatusCode == 500)
        {
            return true;
        }

        var mayBe = error switch
        {
            ConnectionFailedException broken => broken.RequestMayHaveArrived,
            ComputeHordeAuthenticationException or ResponseTooLargeException => false,
            _ => error.StatusCode is null or (>= 200 and < 300) or 408 or > 500,
        };
        return mayBe && !look.IsSilent && await AnswersAsync(look);
    }

    /// <summary>Asks for what costs nothing, and depends on no job: those under a tag that nobody gives.</summary>
    private async Task<bool> AnswersAsync(Look look)
    {
        var query = new JobListQuery("list none", $"&tag={Guid.NewGuid():N}")
        {
            PageSize = 1,
            IncludeResults = false,
            Repeats = false,
        };
        try
        {
            await pages.ListAsync(query, look.Cancellation);
            return true;
        }
        catch (ComputeHordeException)
        {
            look.IsSilent = true;
            return false;
        }
    }

    /// <summary>
    /// Lists that failed. While the facilitator shows others, halve on, down to the job that it cannot show. Everything else, and all of it
    /// when nothing could be read, is asked for once more with the usual repeats, until one list has failed for good.
    /// </summary>
    private async Task FailedAsync(Look look)
    {
        while (look.Failed.TryDequeue(out var failed))
        {
            var (uuids, error) = failed;
            var isOfOne = (error.StatusCode != 500 || look.Lists > 0) && await IsOfOneJobAsync(look, error);
            if (isOfOne && uuids.Length > 1)
            {
                await HalvesAsync(look, uuids, mayBeHalved: true);
                continue;
            }

            if (isOfOne && error.StatusCode == 500)
            {
                Remember(uuids.Span[0], error);
            }
            else if (look.Outage is null && error is not ResponseTooLargeException)
            {
                try
                {
                    // A single job's fault would be met at each repeat, and each may last as long as a time-out.
                    await PagesAsync(look, uuids, repeats: !isOfOne || look.Lists == 0);
                    continue;
                }
                catch (ComputeHordeException again)
                {
                    (error, isOfOne) = (again, uuids.Length == 1 && await IsOfOneJobAsync(look, again));
                }

                if (isOfOne)
                {
                    Remember(uuids.Span[0], error);
                }
                else
                {
                    look.Outage = error;
                }
            }

            foreach (var uuid in uuids.ToArray())
            {
                look.Found.TryAdd(uuid, new JobLookup(uuid) { Error = error is ResponseTooLargeException ? error : look.Outage ?? error });
            }
        }
    }

    /// <summary>A job that no list had: "missing" is believed only when it is said of this very job.</summary>
    private async Task<JobLookup> AloneAsync(Look look, string uuid)
    {
        if ((look.Outage ?? _unreadable.Resting(uuid)) is { } known)
        {
            return new JobLookup(uuid) { Error = known };
        }

        try
        {
            var job = await pages.GetAsync(uuid, look.IncludeResults, repeats: false, look.Cancellation);
            _unreadable.Remove(uuid);
            return new JobLookup(uuid) { Job = job };
        }
        catch (ComputeHordeNotFoundException)
        {
            _unreadable.Remove(uuid);
            return new JobLookup(uuid);
        }
        catch (ComputeHordeException error)
        {
            if (!await IsOfOneJobAsync(look, error))
            {
                look.Outage = error;
            }
            else if (look.Lists > 0 || _unreadable.Contains(uuid))
            {
                Remember(uuid, error);
            }

            return new JobLookup(uuid) { Error = error };
        }
    }

    private void Remember(string uuid, ComputeHordeException error)
    {
        _unreadable.Add(uuid, error);
        Logs.JobNotShown(logger, uuid, error.Message);
    }

    /// <summary>One call of <see cref="FindAsync"/>.</summary>
    private sealed class Look(bool includeResults, CancellationToken cancellation)
    {
        private const int MaxFailuresInARow = 10;

        public bool IncludeResults { get; } = includeResults;

        public CancellationToken Cancellation { get; } = cancellation;

        public Dictionary<string, JobLookup> Found { get; } = new(StringComparer.Ordinal);

        public Queue<(ReadOnlyMemory<string> Uuids, ComputeHordeException Error)> Failed { get; } = [];

        /// <summary>How many lists could be read.</summary>
        public int Lists { get; set; }

        public int FailuresInARow { get; set; }

        /// <summary>True since the facilitator left a small question without an answer; lists are not halved any more.</summary>
        public bool IsSilent { get; set; }

        /// <summary>True when so much has failed in a row that it is no job's own fault.</summary>
        public bool IsOutage => FailuresInARow >= MaxFailuresInARow;

        /// <summary>A failure that is no job's own fault; nothing more is asked after it.</summary>
        public ComputeHordeException? Outage { get; set; }
    }
}
