using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Runs;

/// <summary>
/// Runs from the youngest to the oldest. Task hubs know no such order, but find what was created in a span of time: spans are asked for backwards from
/// now, each so wide that it holds about a page. So the first page of ten thousand runs costs what one of a hundred does, in time and in memory.
/// </summary>
internal sealed class NewestRuns(DurableTaskClient durable, RunQuery query)
{
    /// <summary>How much wider the next span may be.</summary>
    private const int Factor = 16;

    /// <summary>How much narrower the next try is when there were too many.</summary>
    private const int Shrink = 8;

    /// <summary>How many spans are asked for before the page is given back as it is.</summary>
    private const int MostSpans = 24;

    private const int SmallestHubPage = 100;

    private static readonly TimeSpan FirstSpan = TimeSpan.FromMinutes(10), NarrowestSpan = TimeSpan.FromMilliseconds(1);

    /// <summary>Nothing is older than this.</summary>
    private static readonly DateTimeOffset Beginning = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The span that was right last: runs come at about the same rate as a moment ago. Only a hint, so a lost race costs a try.</summary>
    private static long _lastSpan = FirstSpan.Ticks;

    private readonly int _hubPage = Math.Max(query.PageSize, SmallestHubPage);

    public async Task<(IReadOnlyList<RunView> Runs, ContinuationToken? Next)> ListAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var oldest = query.Filter.CreatedAfter ?? Beginning;
        var until = query.Continuation?.Until ?? query.Filter.CreatedBefore;
        var after = query.Continuation?.After;
        var runs = new List<RunView>();
        var span = new TimeSpan(Volatile.Read(ref _lastSpan));
        for (var asked = 0; asked < MostSpans; asked++)
        {
            // Without an end, what clocks that are ahead have created is found as well.
            var end = until ?? now;
            var from = end - oldest > span ? end - span : oldest;
            if (await FindAsync(from, until, mayStop: span > NarrowestSpan, cancellationToken) is not { } found)
            {
                span = span / Shrink > NarrowestSpan ? span / Shrink : NarrowestSpan;
                continue;
            }

            if (asked == 0 || runs.Count == 0)
            {
                Volatile.Write(ref _lastSpan, span.Ticks);
            }

            runs.AddRange(found.Runs
                .Where(run => after is null || run.CreatedAt < until || string.CompareOrdinal(run.Id, after) < 0)
                .OrderByDescending(static run => run.CreatedAt).ThenByDescending(static run => run.Id, StringComparer.Ordinal));
            if (runs.Count > query.PageSize)
            {
                runs.RemoveRange(query.PageSize, runs.Count - query.PageSize);
                return (runs, ContinuationToken.OfNewest(runs[^1].CreatedAt, runs[^1].Id));
            }

            if (from <= oldest)
            {
                return (runs, null);
            }

            (until, after) = (from.AddTicks(-1), null);
            if (runs.Count == query.PageSize)
            {
                break;
            }

            // About as many as are still wanted: little more than half a page of the task hub, so that the guess is seldom too wide.
            var wider = span * Math.Clamp(0.6 * _hubPage / Math.Max(1, found.Seen), 0.5, Factor);
            span = wider < NarrowestSpan ? NarrowestSpan : wider < end - Beginning ? wider : end - Beginning;
        }

        return (runs, ContinuationToken.OfNewest(until ?? now, after));
    }

    /// <summary>The runs of a span; null when it holds more than a page of the task hub.</summary>
    private async Task<(List<RunView> Runs, int Seen)?> FindAsync(DateTimeOffset from, DateTimeOffset? until, bool mayStop, CancellationToken cancellationToken)
    {
        var wanted = query.Filter.ToQuery(_hubPage) with { CreatedFrom = from, CreatedTo = until };
        var runs = new List<RunView>();
        var seen = 0;
        await foreach (var page in durable.GetAllInstancesAsync(wanted).AsPages(null, _hubPage).WithCancellation(cancellationToken))
        {
            // An empty page may have a token, and the last one may: only what is found tells how much there is.
            seen += page.Values.Count;
            if (mayStop && seen >= _hubPage && page.ContinuationToken is not null)
            {
                return null;
            }

            runs.AddRange(RunLister.Choose(page.Values, query.Filter));
        }

        return (runs, seen);
    }
}
