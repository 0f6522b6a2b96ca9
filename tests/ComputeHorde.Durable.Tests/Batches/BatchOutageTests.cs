using System.Text.Json.Nodes;
using Azure;
using Azure.Core;
using Azure.Storage.Blobs;
using ComputeHorde.Durable.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace ComputeHorde.Durable.Tests.Batches;

/// <summary>The account of the data is away for hours while the task hub lives: a batch waits, and breaks nowhere.</summary>
public sealed class BatchOutageTests
{
    private static readonly TimeSpan Poll = TimeSpan.FromMinutes(5),
        Long = TimeSpan.FromHours(5);

    [Theory]
    // Reading the lines, loading and saving a chunk, writing the results and the summary, joining the verdicts.
    [InlineData("GET", "/requests/away/jobs.jsonl")]
    [InlineData("PUT", "/requests/away/chunks/")]
    [InlineData("GET", "/requests/away/chunks/")]
    [InlineData("PUT", "/results/away/chunks/")]
    [InlineData("PUT", "/results/away/results.jsonl")]
    [InlineData("PUT", "/results/away/summary.json")]
    [InlineData("GET", "/verdict.json")]
    [InlineData("PUT", "/results/away/results-checked.jsonl")]
    public async Task Batch_StorageIsAwayForHoursAtOneStep_EndsWell(string method, string path)
    {
        var clock = VirtualHorde.NewClock();
        var isEnough = false;
        DateTimeOffset? awaySince = null;
        await using var horde = await VirtualHorde.StartAsync(
            clock,
            Poll,
            services =>
                services.Configure<BlobClientOptions>(blobs => blobs.AddPolicy(new AwayStorage(Away), HttpPipelinePosition.PerCall))
        );
        var line = Jobs.Sha256("one");
        line["cross_validation"] = new JsonObject { ["sampling"] = "always" };

        using var answer = await horde.PostAsync("batches", new JsonArray(line), "away");
        var batch = await horde.EndOfAsync("batches/away");

        Assert.Equal("completed", (string?)batch["status"]);
        Assert.Equal(1, (int)batch["summary"]!["lines_by_status"]!["completed"]!);
        await Eventually.TrueAsync(
            async () => (await horde.GetAsync("batches/away"))["summary"]!["verdicts"]!.ToJsonString() == """{"match":1}""",
            "the verdict was joined"
        );
        await Eventually.TrueAsync(
            async () => (await horde.ListAsync("results", "away/")).Contains("away/results-checked.jsonl"),
            "the lines have their verdicts"
        );
        Assert.True(isEnough, "nothing was away");

        Exception? Away(Request request)
        {
            if (request.Method.Method != method || !request.Uri.ToString().Contains(path, StringComparison.Ordinal))
            {
                return null;
            }

            var now = clock.GetUtcNow();
            awaySince ??= now;
            isEnough |= now - awaySince >= Long;
            return isEnough ? null : new RequestFailedException(503, "Server busy");
        }
    }
}
