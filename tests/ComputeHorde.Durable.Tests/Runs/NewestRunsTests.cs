using ComputeHorde.Durable.Runs;
using ComputeHorde.Durable.Tests.Support;

namespace ComputeHorde.Durable.Tests.Runs;

/// <summary>The youngest of many runs are found by as much work as those of few, whenever they were started.</summary>
public class NewestRunsTests
{
    private const int PageSize = 25;

    private static readonly DateTimeOffset Now = new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1_000, 300)]
    [InlineData(10_000, 300)]
    [InlineData(100_000, 300)]
    [InlineData(10_000, 0.01)]
    public async Task First_OfManyRuns_ReadsABoundedPartAndThenOnlyThePage(int count, double perSecond)
    {
        // The last one was started half an hour ago.
        var hub = new CountedHub(
            Enumerable.Range(0, count).Select(number => ($"run-{number:D6}", Now.AddMinutes(-30).AddSeconds(-number / perSecond)))
        );
        var start = new NewestStart();

        var (first, _) = await ListAsync(hub, start, continuation: null);
        var (queries, rows) = (hub.Queries, hub.Rows);
        var (again, _) = await ListAsync(hub, start, continuation: null);

        Assert.Equal(Enumerable.Range(0, PageSize).Select(static number => $"run-{number:D6}"), first);
        Assert.Equal(first, again);
        Assert.InRange(queries, 1, 30);
        Assert.InRange(rows, PageSize, 2_000);
        Assert.Equal((queries + 1, rows + PageSize), (hub.Queries, hub.Rows));
    }

    [Fact]
    public async Task First_OfATaskHubWithoutOrder_AsksAFewTimesAndThenOnce()
    {
        // Each question makes the Azure Storage back end look through all it has.
        var hub = new CountedHub(
            Enumerable.Range(0, 10_000).Select(static number => ($"run-{number:D6}", Now.AddMinutes(-3).AddSeconds(-number))),
            scannedByPage: 1_000,
            inOrder: false
        );
        var start = new NewestStart();

        var (first, _) = await ListAsync(hub, start, continuation: null);
        var queries = hub.Queries;
        var (again, _) = await ListAsync(hub, start, continuation: null);

        Assert.Equal(Enumerable.Range(0, PageSize).Select(static number => $"run-{number:D6}"), first);
        Assert.Equal(first, again);
        Assert.InRange(queries, 1, 12);
        Assert.Equal(queries + 1, hub.Queries);
    }

    [Theory]
    [InlineData(int.MaxValue, 4)]
    [InlineData(50, 7)]
    public async Task AllPages_OfBurstsGapsAndEqualTimes_GiveEachRunOnceForAFewReads(int scannedByPage, int reads)
    {
        // Ten bursts of three hundred in a second, some of them at one time, hours and days apart.
        var runs = Enumerable
            .Range(0, 3_000)
            .Select(static number =>
                (
                    Id: $"run-{number:D4}",
                    CreatedAt: Now.AddHours(-Math.Pow(number / 300, 2)).AddMilliseconds(number % 300 < 60 ? 0 : number % 300)
                )
            )
            .ToList();
        var hub = new CountedHub(runs, scannedByPage);
        var (start, seen, token, requests) = (new NewestStart(), new List<string>(), (ContinuationToken?)null, 0);
        do
        {
            (var page, token) = await ListAsync(hub, start, token);
            seen.AddRange(page);
            requests++;
        } while (token is not null);

        Assert.Equal(
            runs.OrderByDescending(static run => run.CreatedAt)
                .ThenByDescending(static run => run.Id, StringComparer.Ordinal)
                .Select(static run => run.Id),
            seen
        );
        Assert.InRange(hub.Rows, 3_000, reads * 3_000);
        Assert.InRange(requests, 3_000 / PageSize, 3 * 3_000 / PageSize);
    }

    [Fact]
    public async Task First_OfAFilterThatNothingMatches_GivesBackAfterABoundedPartAndComesToTheEnd()
    {
        var hub = new CountedHub(Enumerable.Range(0, 20_000).Select(static number => ($"run-{number:D6}", Now.AddSeconds(-number))));
        var (token, most, requests) = ((ContinuationToken?)null, 0, 0);
        do
        {
            var before = hub.Rows;
            (var page, token) = await ListAsync(hub, new NewestStart(), token, new RunFilter { Namespace = "nobody's" });
            Assert.Empty(page);
            (most, requests) = (Math.Max(most, hub.Rows - before), requests + 1);
        } while (token is not null);

        Assert.InRange(most, 1, 33 * 101);
        Assert.InRange(requests, 20_000 / (33 * 101), 100);
    }

    private static async Task<(IReadOnlyList<string> Ids, ContinuationToken? Next)> ListAsync(
        CountedHub hub,
        NewestStart start,
        ContinuationToken? continuation,
        RunFilter? filter = null
    )
    {
        var query = new RunQuery(
            filter ?? new RunFilter(),
            IsNewestFirst: true,
            PageSize,
            continuation is null ? null : ContinuationToken.Parse(continuation.ToString())
        );
        var (runs, next) = await new NewestRuns(hub, query, start).ListAsync(Now, TestContext.Current.CancellationToken);
        return ([.. runs.Select(static run => run.Id)], next);
    }
}
