using System.Diagnostics;
using Azure.Storage.Blobs.Models;
using ComputeHorde.Storage.Local.Blobs;
using ComputeHorde.Storage.Local.Stores;
using SQLitePCL;

namespace ComputeHorde.Storage.Local.Tests.Store;

/// <summary>What a request costs does not grow with what is stored: counted in statements and pages, not in time.</summary>
public sealed class ScaleTests
{
    private const int Few = 100;
    private const int Many = 62_000;

    [Fact]
    public async Task Requests_WithManyBlobs_CostWhatTheyCostWithFew()
    {
        using var small = new TemporaryFolder();
        using var large = new TemporaryFolder();
        var few = await MeasureAsync(small.Path, Few);
        var many = await MeasureAsync(large.Path, Many);

        TestContext.Current.TestOutputHelper?.WriteLine($"{Few} blobs: {few}\n{Many} blobs: {many}");
        Assert.Equal(few.ListStatements, many.ListStatements);
        Assert.Equal(few.PutStatements, many.PutStatements);
        Assert.InRange(many.ListPages, 0, few.ListPages + 20);
        Assert.InRange(many.PutPages, 0, few.PutPages + 20);
    }

    private static async Task<Cost> MeasureAsync(string folder, int blobs)
    {
        var options = new LocalStorageOptions { DataFolder = folder, Listen = false };
        await using (var storage = await LocalStorage.StartAsync(options))
        {
            await storage.NewContainerAsync();
            await FillAsync(storage, blobs);
        }

        var started = Stopwatch.GetTimestamp();
        await using var again = await LocalStorage.StartAsync(options);
        var start = Stopwatch.GetElapsedTime(started);
        var store = (SqliteStore)again.Store;
        var container = again.Blobs().GetBlobContainerClient("box");
        var before = (store.Reader.Statements, Pages(store.Reader));
        await foreach (
            var page in container
                .GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, "00050", TestContext.Current.CancellationToken)
                .AsPages(pageSizeHint: 20)
        )
        {
            Assert.NotEmpty(page.Values);
            break;
        }

        var listed = (store.Reader.Statements - before.Statements, Pages(store.Reader) - before.Item2);
        var written = (store.Writer.Statements, Pages(store.Writer));
        await container.GetBlobClient("00050-new").UploadAsync(new BinaryData("text"));
        return new Cost(
            start,
            listed.Item1,
            listed.Item2,
            store.Writer.Statements - written.Statements,
            Pages(store.Writer) - written.Item2
        );
    }

    private static async Task FillAsync(LocalStorage storage, int blobs)
    {
        const int group = 1000;
        for (var from = 0; from < blobs; from += group)
        {
            await storage.Store.WriteAsync(transaction =>
            {
                for (var index = from; index < Math.Min(from + group, blobs); index++)
                {
                    using var body = new StagedBody(400, new byte[400], file: 0, discard: null);
                    var blob = new BlobRecord(
                        $"\"{index}\"",
                        DateTimeOffset.UnixEpoch,
                        DateTimeOffset.UnixEpoch,
                        400,
                        new BlobHeaders("application/json", null, null, null, null, "CY9rzUYh03PK3k6DJie09g=="),
                        new Dictionary<string, string> { ["run"] = $"{index}", ["state"] = "waiting" },
                        [new Segment(Block: null, transaction.Keep(body), 400)]
                    );
                    transaction.Put(Tables.Blobs, "box", $"{index % 100:D5}-{index}", blob);
                }

                return true;
            });
        }
    }

    /// <summary>Pages that were asked for, in memory or not.</summary>
    private static int Pages(SqliteSession session)
    {
        raw.sqlite3_db_status(session.Connection.Handle, raw.SQLITE_DBSTATUS_CACHE_HIT, out var hits, out _, 0);
        raw.sqlite3_db_status(session.Connection.Handle, raw.SQLITE_DBSTATUS_CACHE_MISS, out var misses, out _, 0);
        return hits + misses;
    }

    private sealed record Cost(TimeSpan Start, long ListStatements, int ListPages, long PutStatements, int PutPages);
}
