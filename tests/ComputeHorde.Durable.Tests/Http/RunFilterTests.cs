using System.Net;
using System.Text.Json.Nodes;
using ComputeHorde.Durable.Tests.Support;

namespace ComputeHorde.Durable.Tests.Http;

public class RunFilterTests(ITestOutputHelper output)
{
    [Fact]
    public async Task List_ByEveryFilter_GivesTheRunsMeant()
    {
        await using var horde = await StartAsync();
        await StartRunsAsync(horde);
        var middle = (string)(await horde.GetAsync("jobs/red-1"))["created_at"]!;

        Assert.Equal(["red-0", "red-1", "red-2"], await NamesAsync(horde, "label=team%3Dred"));
        Assert.Equal(["red-0"], await NamesAsync(horde, "label=team%3Dred&label=tier%3D0"));
        Assert.Equal(["bad-0", "red-0", "red-1", "red-2"], await NamesAsync(horde, "label=tier"));
        Assert.Equal(["bad-0"], await NamesAsync(horde, "namespace=other"));
        Assert.Equal(["bad-0"], await NamesAsync(horde, "failure_class=failed"));
        Assert.Equal(["red-0", "red-1", "red-2"], await NamesAsync(horde, "prefix=red-"));
        Assert.Equal(["bad-0", "red-0", "red-1", "red-2"], await NamesAsync(horde, "status=failed&status=completed"));
        Assert.Equal(["red-1", "red-2"], await NamesAsync(horde, $"prefix=red&created_after={Uri.EscapeDataString(middle)}"));
        Assert.Equal(["red-0", "red-1"], await NamesAsync(horde, $"prefix=red&created_before={Uri.EscapeDataString(middle)}"));
        Assert.Empty(await NamesAsync(horde, "phase=waiting"));
        Assert.Empty(await NamesAsync(horde, "label=team%3Dblue"));
        var bad = await horde.GetAsync("jobs?namespace=other");
        Assert.Equal(
            ("other", "failed", "{\"tier\":\"0\"}"),
            ((string?)bad["jobs"]![0]!["namespace"], (string?)bad["jobs"]![0]!["failure_class"], bad["jobs"]![0]!["labels"]!.ToJsonString())
        );
    }

    [Fact]
    public async Task List_NewestFirst_ShowsEachRunOnceInOrder()
    {
        await using var horde = await StartAsync();
        await StartRunsAsync(horde);
        await horde.PostAsync(
            "batches",
            new JsonArray([.. Enumerable.Range(0, 150).Select(static number => Jobs.Sha256($"word-{number}"))]),
            "lot"
        );
        await horde.EndOfAsync("batches/lot");
        foreach (var pageSize in new[] { 1, 7, 100 })
        {
            var shown = await NewestAsync(horde, pageSize);

            Assert.Equal(154, shown.Count);
            Assert.Equal(154, shown.Select(static run => run.Id).Distinct().Count());
            Assert.Equal(shown.OrderByDescending(static run => run.Created), shown);
            Assert.Equal("bad-0", shown[^1].Id);
        }
    }

    private static async Task<List<(DateTimeOffset Created, string Id)>> NewestAsync(HordeFixture horde, int pageSize)
    {
        var shown = new List<(DateTimeOffset Created, string Id)>();
        string? continuation = null;
        do
        {
            var page = await horde.GetAsync(
                $"jobs?order=newest&page_size={pageSize}{(continuation is null ? "" : $"&continuation={Uri.EscapeDataString(continuation)}")}"
            );
            Assert.InRange(page["jobs"]!.AsArray().Count, 0, pageSize);
            shown.AddRange(page["jobs"]!.AsArray().Select(static run => ((DateTimeOffset)run!["created_at"]!, (string)run["id"]!)));
            continuation = (string?)page["continuation"];
        } while (continuation is not null);

        return shown;
    }

    private static readonly (string Query, string Parameter)[] BadFilters =
    [
        ("statsu=failed", "statsu"),
        ("status=failed&status=lost", "status"),
        ("failure_class=completed", "failure_class"),
        ("phase=running", "phase"),
        ("prefix=..%2F", "prefix"),
        ("prefix=a&prefix=b", "prefix"),
        ("label=%3Dred", "label"),
        ("label=a%20b%3D1", "label"),
        ("label=a&label=a&label=a&label=a&label=a&label=a&label=a&label=a&label=a", "label"),
        ("created_after=yesterday", "created_after"),
        ("created_after=2026-01-02&created_before=2026-01-01", "created_before"),
        ("order=oldest", "order"),
        ("continuation=n1.bm93aGVyZQ&order=newest", "continuation"),
        ("continuation=n1.NjM5MDAwMDAwMDAwMDAwMDAwIA", "continuation"),
    ];

    [Fact]
    public async Task List_BadFilter_NamesTheParameter()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { Output = output, InMemory = true });

        foreach (var (query, parameter) in BadFilters)
        {
            using var answer = await horde.Http.GetAsync(new Uri($"jobs?{query}", UriKind.Relative), TestContext.Current.CancellationToken);

            await AssertRefusedAsync(answer, HttpStatusCode.BadRequest, parameter);
        }
    }

    [Fact]
    public async Task List_AskedForAgain_IsNotSentTwice()
    {
        await using var horde = await StartAsync();
        await StartRunsAsync(horde);

        foreach (var path in new[] { "jobs?order=newest", "jobs/red-0", "batches", "limits", "cheats" })
        {
            using var first = await horde.Http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
            using var again = new HttpRequestMessage(HttpMethod.Get, path);
            again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
            using var second = await horde.Http.SendAsync(again, TestContext.Current.CancellationToken);

            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotModified), (first.StatusCode, second.StatusCode));
            Assert.Empty(await second.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        }
    }

    private static readonly (string Labels, string Field)[] BadLabels =
    [
        ("""["team"]""", "labels"),
        ("""{"team":1}""", "labels"),
        ("""{"":"x"}""", "labels"),
        ("""{"a b":"x"}""", "labels"),
        ("""{"team":"a\nb"}""", "labels.team"),
        ("""{"team":"0123456789012345678901234567890123456789012345678901234567890123"}""", "labels.team"),
        (
            """{"a":"","b":"","c":"","d":"","e":"","f":"","g":"","h":"","i":"","j":"","k":"","l":"","m":"","n":"","o":"","p":"","q":""}""",
            "labels"
        ),
    ];

    [Fact]
    public async Task Start_BadLabels_NamesTheField()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { Output = output, InMemory = true });
        foreach (var (labels, field) in BadLabels)
        {
            var job = Jobs.Sha256("one");
            job["labels"] = JsonNode.Parse(labels);

            using var answer = await horde.PostAsync("jobs", job);

            await AssertRefusedAsync(answer, HttpStatusCode.BadRequest, field);
        }
    }

    internal static async Task AssertRefusedAsync(HttpResponseMessage answer, HttpStatusCode status, string field)
    {
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal((status, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        Assert.Equal(field, Assert.Single(problem["errors"]!.AsObject()).Key);
    }

    /// <summary>bad-0 in namespace other, which fails, and red-0 to red-2, which complete; all with labels.</summary>
    internal static async Task StartRunsAsync(HordeFixture horde)
    {
        horde.Emulator.SetBehaviourForTag("bad-", "failed:nonzero_return_code:3");
        var bad = Jobs.Sha256("one");
        (bad["job_namespace"], bad["labels"]) = ("other", new JsonObject { ["tier"] = "0" });
        using var started = await horde.PostAsync("jobs", bad, "bad-0");
        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        for (var number = 0; number < 3; number++)
        {
            var job = Jobs.Sha256("one");
            job["labels"] = new JsonObject { ["team"] = "red", ["tier"] = $"{number}" };
            using var answer = await horde.PostAsync("jobs", job, $"red-{number}");
        }

        foreach (var id in new[] { "bad-0", "red-0", "red-1", "red-2" })
        {
            await horde.EndOfAsync($"jobs/{id}");
        }
    }

    private static async Task<IEnumerable<string>> NamesAsync(HordeFixture horde, string query)
    {
        var stored = (await horde.GetAsync($"jobs?{query}"))["jobs"]!
            .AsArray()
            .Select(static run => (string)run!["id"]!)
            .Order(StringComparer.Ordinal)
            .ToList();
        var newest = (await horde.GetAsync($"jobs?{query}&order=newest"))["jobs"]!
            .AsArray()
            .Select(static run => (string)run!["id"]!)
            .Order(StringComparer.Ordinal);
        Assert.Equal(stored, newest);
        return stored;
    }

    private Task<HordeFixture> StartAsync() => HordeFixture.StartAsync(new HordeFixtureOptions { Output = output, InMemory = true });
}
