using ComputeHorde.DurableTask.Sqlite.Storage;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.DurableTask.Sqlite.Tests.Engine;

/// <summary>Instances are listed by pages, each instance once, and a page costs what it holds, not what there is.</summary>
public sealed class ListingTests : IDisposable
{
    private const int Few = 500,
        Many = 20_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("listing").FullName;

    private enum Page
    {
        First,
        Last,
        OfOneName,
        OfAStatusNoneHas,
    }

    [Theory]
    [InlineData(nameof(Page.First))]
    [InlineData(nameof(Page.Last))]
    [InlineData(nameof(Page.OfOneName))]
    public void Query_OfAPage_TakesAsManyStepsAmongManyAsAmongFew(string page)
    {
        var (few, many) = (StepsOf(Few, Enum.Parse<Page>(page)), StepsOf(Many, Enum.Parse<Page>(page)));

        Assert.InRange(few, 100, 5_000);
        Assert.InRange(many, few / 2, 2 * few);
    }

    [Fact]
    public void Query_ThatNothingMatches_GivesBackAfterABoundedPart()
    {
        using var store = Fill(Many);
        var filter = FilterOf(Page.OfAStatusNoneHas, Many);
        var (pages, before, most) = (0, 0L, 0L);
        do
        {
            var (found, next) = store.Query(filter);
            Assert.Empty(found);
            filter = filter with { After = next };
            (pages, most, before) = (pages + 1, Math.Max(most, store.Steps - before), store.Steps);
        } while (filter.After is not null);

        Assert.InRange(pages, Many / InstanceQuery.MostScanned, (Many / InstanceQuery.MostScanned) + 1);
        Assert.InRange(most, 1, 40 * InstanceQuery.MostScanned);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Query_PageByPage_GivesEachInstanceOnceInOrder(bool onFile)
    {
        // Clocks stand still and are set back.
        var times = Enumerable.Range(0, 60).Select(static number => number % 20 < 10 ? 100L : 100L + (number * 37 % 50)).ToList();
        using IDurableStore store = onFile ? new SqliteStore(Path.Combine(_folder, "pages.db")) : new MemoryStore();
        store.Open();
        store.Commit(transaction =>
        {
            for (var number = 0; number < times.Count; number++)
            {
                Add(transaction, number + 1, $"{(number % 3 == 0 ? "a" : "b")}-{number:D2}", times[number]);
            }
        });
        var all = Enumerable
            .Range(0, times.Count)
            .Select(number => (Id: $"{(number % 3 == 0 ? "a" : "b")}-{number:D2}", Key: number, CreatedAt: times[number]))
            .ToList();
        var byCreation = all.OrderBy(static one => (one.CreatedAt, one.Key)).ToList();

        Assert.Equal(byCreation.Select(static one => one.Id), IdsOf(store, new InstanceFilter()));
        Assert.Equal(
            byCreation.Where(static one => one.CreatedAt is >= 100 and <= 120).Select(static one => one.Id),
            IdsOf(store, new InstanceFilter { CreatedFrom = 100, CreatedTo = 120 })
        );
        Assert.Equal(
            byCreation.Where(static one => one.CreatedAt >= 100 && one.Id[0] == 'b').Select(static one => one.Id),
            IdsOf(store, new InstanceFilter { CreatedFrom = 100, Prefix = "b-" })
        );
        Assert.Equal(
            all.Where(static one => one.Id[0] == 'b').Select(static one => one.Id).Order(StringComparer.Ordinal),
            IdsOf(store, new InstanceFilter { Prefix = "b-" })
        );
        Assert.Empty(IdsOf(store, new InstanceFilter { CreatedFrom = 120, CreatedTo = 100 }));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static List<string> IdsOf(IDurableStore store, InstanceFilter filter)
    {
        List<string> ids = [];
        do
        {
            var (found, next) = store.Query(filter with { Limit = 7 });
            ids.AddRange(found.Select(static instance => instance.Row.InstanceId));
            filter = filter with { After = next is null ? null : InstanceCursor.Parse(next.ToString()) };
        } while (filter.After is not null);

        return ids;
    }

    private static InstanceFilter FilterOf(Page page, int count) =>
        page switch
        {
            Page.First => new InstanceFilter { Limit = 20 },
            Page.Last => new InstanceFilter { Limit = 20, CreatedFrom = count - 15 },
            Page.OfOneName => new InstanceFilter { Limit = 20, Prefix = "lot-00010" },
            _ => new InstanceFilter { Limit = 20, Statuses = [OrchestrationRuntimeStatus.Suspended] },
        };

    private static void Add(IStoreTransaction transaction, int key, string id, long createdAt) =>
        transaction.AddInstance(
            new InstanceRow
            {
                Key = key,
                InstanceId = id,
                Name = "wait",
                CreatedAt = createdAt,
            },
            new InstanceState { Status = OrchestrationRuntimeStatus.Running, UpdatedAt = createdAt },
            firstTurn: []
        );

    private long StepsOf(int count, Page page)
    {
        using var store = Fill(count);
        var (found, _) = store.Query(FilterOf(page, count));
        Assert.NotEmpty(found);
        return store.Steps;
    }

    private SqliteStore Fill(int count)
    {
        var store = new SqliteStore(Path.Combine(_folder, $"{Guid.NewGuid():N}.db"));
        store.Open();
        store.Commit(transaction =>
        {
            for (var number = 1; number <= count; number++)
            {
                Add(transaction, number, $"lot-{number:D6}", number);
            }
        });
        return store;
    }
}
