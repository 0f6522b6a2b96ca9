using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Runs;

/// <summary>
/// Runs from the youngest to the oldest. Task hubs know no such order, but find what was created in a span of time: spans are asked for
/// backwards from now, each so wide that it holds about a page. So the first page of ten thousand runs costs what one of a hundred does, in
/// time and in memory.
/// </summary>
/// <param name="start">Where the youngest runs began last time.</param>
internal sealed class NewestRuns(DurableTaskClient durable, RunQuery query, NewestStart start)
{
    /// <summary>How much wider the next span may be.</summary>
    private const int Factor = 16;

    /// <summary>How many spans, and how many pages of the task hub, are asked for before the page is given back as it is.</summary>
    private const int MostSpans = 32,
        MostHubPages = 30;

    private const int SmallestHubPage = 100;

    private static readonly TimeSpan FirstSpan = TimeSpan.FromMinutes(10),
        NarrowestSpan = TimeSpan.FromMilliseconds(1);

    /// <summary>Nothing is older than this.</summary>
    private static readonly DateTimeOffset Beginning = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly int _hubPage = Math.Max(query.PageSize, SmallestHubPage);
    private int _hubPages;

    public async Task<(IReadOnlyList<RunView> Runs, ContinuationToken? Next)> ListAsync(
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var oldest = query.Filter.CreatedAfter ?? Beginning;
        var until = query.Continuation?.Until ?? query.Filter.CreatedBefore;
        var after = query.Continuation?.After;
        var runs = new List<RunView>();
        var span = query.Continuation?.Span ?? (until is null && start.Known is { } known && known < now ? now - known : FirstSpan);

        // Runs were created after this, more than fit into a page with those before.
        DateTimeOffset? tooMuch = null;
        for (var (asked, passed) = (0, 0); passed == 0 || (asked < MostSpans && _hubPages < MostHubPages); asked++)
        {
            // Without an end, what clocks that are ahead have created is found as well.
            var end = until ?? now;
            var from =
                tooMuch is { } bound ? bound + ((end - bound) / 2)
                : end - oldest > span ? end - span
                : oldest;
            from = end - from < NarrowestSpan && end - oldest > NarrowestSpan ? end - NarrowestSpan : from;
            var (found, isAll) = await FindAsync(from, until, mayStop: end - from > NarrowestSpan, cancellationToken);
            if (!isAll)
            {
                // In the order of creation, what was not read lies behind the last; in that of another task hub, anywhere.
                tooMuch = IsInOrder(found) && found[^1].CreatedAt < end ? found[^1].CreatedAt : from;
                continue;
            }

            passed++;
            if (Take(found, runs, until, after))
            {
                RememberStart(runs);
                return (runs, ContinuationToken.OfNewest(runs[^1].CreatedAt, runs[^1].Id, NextSpan(end - from, found.Count)));
            }

            if (from <= oldest)
            {
                return (runs, null);
            }

            (until, after) = (from.AddTicks(-1), null);
            if (found.Count > 0 || tooMuch is null)
            {
                span = NextSpan(end - from, found.Count);
            }

            // Where nothing was, what is too much lies before.
            tooMuch = found.Count > 0 || until <= tooMuch ? null : tooMuch;
            if (runs.Count == query.PageSize)
            {
                RememberStart(runs);
                break;
            }
        }

        return (runs, ContinuationToken.OfNewest(until ?? now, after, tooMuch is { } left ? ((until ?? now) - left) / 2 : span));
    }

    /// <summary>
    /// About as many as are still wanted: little more than half a page of the task hub, so that the guess is seldom too wide.
    /// </summary>
    private TimeSpan NextSpan(TimeSpan span, int found)
    {
        var next = Math.Max(span.Ticks, NarrowestSpan.Ticks) * Math.Clamp(0.6 * _hubPage / Math.Max(1, found), 0.5, Factor);
        return next < TimeSpan.FromDays(3650).Ticks ? new TimeSpan((long)next) : TimeSpan.FromDays(3650);
    }

    /// <summary>The next time, one span holds the first page of all runs and no more, unless there are new ones.</summary>
    private void RememberStart(List<RunView> runs)
    {
        if (query is { Continuation: null, Filter.IsEmpty: true })
        {
            start.Known = runs[^1].CreatedAt;
        }
    }

    /// <summary>Takes from the youngest on what is meant of a span, and reads no more than that.</summary>
    /// <returns>Whether the page is full before the span ends.</returns>
    private bool Take(List<OrchestrationMetadata> found, List<RunView> runs, DateTimeOffset? until, string? after)
    {
        var ordered = found
            .Where(instance => after is null || instance.CreatedAt < until || string.CompareOrdinal(instance.InstanceId, after) < 0)
            .OrderByDescending(static instance => instance.CreatedAt)
            .ThenByDescending(static instance => instance.InstanceId, StringComparer.Ordinal);
        foreach (var run in RunLister.Choose(ordered, query.Filter))
        {
            if (runs.Count == query.PageSize)
            {
                return true;
            }

            runs.Add(run);
        }

        return false;
    }

    private static bool IsInOrder(List<OrchestrationMetadata> found) =>
        found.Zip(found.Skip(1)).All(static pair => pair.First.CreatedAt <= pair.Second.CreatedAt);

    /// <summary>What was created in a span, or the first of it when it is more than a page of the task hub.</summary>
    private async Task<(List<OrchestrationMetadata> Found, bool IsAll)> FindAsync(
        DateTimeOffset from,
        DateTimeOffset? until,
        bool mayStop,
        CancellationToken cancellationToken
    )
    {
        var wanted = query.Filter.ToQuery(_hubPage) with { CreatedFrom = from, CreatedTo = until };
        List<OrchestrationMetadata> found = [];
        await foreach (var page in durable.GetAllInstancesAsync(wanted).AsPages(null, _hubPage).WithCancellation(cancellationToken))
        {
            _hubPages++;

            // An empty page may have a token, and the last one may: only what is found tells how much there is.
            found.AddRange(page.Values);
            if (mayStop && found.Count >= _hubPage && page.ContinuationToken is not null)
            {
                return (found, false);
            }
        }

        return (found, true);
    }
}
