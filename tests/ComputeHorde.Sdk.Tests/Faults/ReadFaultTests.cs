using System.Text.Json.Nodes;

namespace ComputeHorde.Sdk.Tests.Faults;

public sealed class ReadFaultTests
{
    [Theory]
    [InlineData(Fault.Reset)]
    [InlineData(Fault.CutOffBody)]
    [InlineData(Fault.TruncatedJson)]
    [InlineData(Fault.HtmlInsteadOfJson)]
    [InlineData(Fault.ServerError500)]
    [InlineData(Fault.BadGateway502)]
    [InlineData(Fault.SlowBody)]
    public async Task GetJob_FaultOnFirstTries_IsRepeated(Fault fault)
    {
        await using var server = await FakeFacilitator.StartAsync();
        var job = server.Store("t");
        server.Before = call => call.Name == "get" && call.Number < 3 ? fault.ActAsync(call) : Task.FromResult(false);
        using var client = server.Client(time: server.Timeouts);
        Assert.Equal(job.Text("uuid"), (await client.GetJobAsync(job.Text("uuid"))).Uuid);
        Assert.Equal(3, server.Calls("get"));
    }

    [Theory]
    [InlineData(Fault.TruncatedJson, true)]
    [InlineData(Fault.HtmlInsteadOfJson, true)]
    [InlineData(Fault.Reset, true)]
    [InlineData(Fault.Unavailable503, true)]
    [InlineData(Fault.HugeJson, false)]
    public async Task GetJob_FaultEachTime_EndsInADocumentedError(Fault fault, bool transient)
    {
        await using var server = await FakeFacilitator.StartAsync();
        server.Before = call => call.Name == "get" ? fault.ActAsync(call) : Task.FromResult(false);
        using var client = server.Client(options => options.MaxResponseBytes = 50_000);
        var error = await Assert.ThrowsAnyAsync<ComputeHordeException>(() => client.GetJobAsync(Guid.NewGuid().ToString()));
        Assert.Equal(transient, error.IsTransient);
        Assert.Equal(transient ? 5 : 1, server.Calls("get"));
    }

    [Fact]
    public async Task Answers_WithAByteOrderMark_AreRead()
    {
        await using var server = await FakeFacilitator.StartAsync();
        server.Before = async call =>
        {
            var body = call.Name switch
            {
                "nonce" => """{"nonce":"n"}""",
                "login" => """{"token":"a.b.c"}""",
                "list" => """{"count":1,"next":null,"results":[{"uuid":"00000001-0000-0000-0000-000000000001","tag":"t"}]}""",
                _ => """{"uuid":"00000001-0000-0000-0000-000000000001","tag":"t"}""",
            };
            await FakeFacilitator.AnswerAsync(call.Context, call.Name == "create" ? 201 : 200, "\ufeff" + body);
            return true;
        };
        using var client = server.Client();
        Assert.True((await client.CreateJobAsync(Specs.Minimal, new CreateJobOptions { Tag = "t" })).Created);
        Assert.Single(await client.GetJobsByTagAsync("t"));
        Assert.Equal("t", (await client.GetJobAsync("00000001-0000-0000-0000-000000000001")).Tag);
    }

    [Fact]
    public async Task ServerClockOffset_AnswersWithADate_TellHowWrongThisClockIs()
    {
        await using var server = await FakeFacilitator.StartAsync();
        var time = new InstantTime(never: TimeSpan.FromSeconds(30));
        server.Before = call =>
        {
            call.Context.Response.Headers.Date = time.GetUtcNow().AddDays(-1).ToString("R");
            return Task.FromResult(false);
        };
        using var client = server.Client(time: time);
        Assert.Null(client.ServerClockOffset);
        await client.GetJobsPageAsync();
        Assert.Equal(TimeSpan.FromDays(-1), client.ServerClockOffset);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(25 * 86_400)]
    [InlineData(1e11)]
    public async Task Wait_TimeoutBeyondItsBounds_IsRefusedByName(double seconds)
    {
        await using var server = await FakeFacilitator.StartAsync();
        using var client = server.Client();
        var error = await Assert.ThrowsAsync<ComputeHordeValidationException>(() =>
            client.WaitAsync(Guid.NewGuid().ToString(), TimeSpan.FromSeconds(seconds))
        );
        Assert.Equal("timeout", Assert.Single(error.Problems).Field);
    }

    [Fact]
    public async Task GetJob_Unknown_IsNotFound()
    {
        await using var server = await FakeFacilitator.StartAsync();
        using var client = server.Client();
        var error = await Assert.ThrowsAsync<ComputeHordeNotFoundException>(() => client.GetJobAsync(Guid.NewGuid().ToString()));
        Assert.Equal(404, error.StatusCode);
        Assert.False(error.IsTransient);
        await Assert.ThrowsAsync<ComputeHordeValidationException>(() => client.GetJobAsync("../../auth/nonce"));
    }

    [Fact]
    public async Task GetJobs_ManyUuids_AsksOncePer150AndTakesEachOnce()
    {
        await using var server = await FakeFacilitator.StartAsync();
        var uuids = Enumerable.Range(0, 301).Select(_ => server.Store("t").Text("uuid")).ToList();
        using var client = server.Client();
        var jobs = await client.GetJobsAsync(uuids.Concat(uuids.Select(uuid => uuid.ToUpperInvariant())).Append(Guid.NewGuid().ToString()));
        Assert.Equal(uuids.Order(), jobs.Values.Where(look => look.Job is not null).Select(look => look.Uuid).Order());
        Assert.True(Assert.Single(jobs.Values, look => look.Job is null).IsMissing);
        Assert.Equal(3, server.Calls("list"));
        Assert.Equal(1, server.Calls("get"));
        Assert.All(
            server.Seen.Where(seen => seen.Name == "list"),
            seen => Assert.Contains("page_size=256", seen.Query, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task GetJobs_AnswerTooLarge_AsksInParts()
    {
        await using var server = await FakeFacilitator.StartAsync();
        var uuids = Enumerable.Range(0, 8).Select(_ => Big(server).Text("uuid")).ToList();
        using var client = server.Client(options => options.MaxResponseBytes = 25_000);
        Assert.Equal(8, (await client.GetJobsAsync(uuids)).Values.Count(look => look.Job is not null));
    }

    [Fact]
    public async Task GetJobs_OneUnreadableEntry_SpoilsOnlyItself()
    {
        await using var server = await FakeFacilitator.StartAsync();
        server.Store("t");
        server.Jobs.Add(new JsonObject { ["tag"] = "t", ["uuid"] = "broken" });
        using var client = server.Client();
        Assert.Single((await client.GetJobsPageAsync()).Jobs);
    }

    [Fact]
    public async Task IterateJobs_JobMovesWhilePaging_IsStillSeenOnce()
    {
        await using var server = await FakeFacilitator.StartAsync();
        for (var i = 0; i < 600; i++)
        {
            server.Store("t");
        }

        server.Before = call =>
        {
            // PostgreSQL puts a changed row last: what was on page 2 slips to page 1, which has been read.
            if (call is { Name: "list", Number: 2 or 3 })
            {
                var moved = server.Jobs[0];
                server.Jobs.RemoveAt(0);
                server.Jobs.Add(moved);
            }

            return Task.FromResult(false);
        };
        using var client = server.Client();
        var seen = new List<string>();
        await foreach (var job in client.IterateJobsAsync())
        {
            seen.Add(job.Uuid);
        }

        Assert.Equal(600, seen.Count);
        Assert.Equal(600, seen.Distinct().Count());
    }

    [Fact]
    public async Task IterateJobs_PageTooLarge_TakesSmallerPages()
    {
        await using var server = await FakeFacilitator.StartAsync();
        for (var i = 0; i < 30; i++)
        {
            Big(server);
        }

        using var client = server.Client(options => options.MaxResponseBytes = 60_000);
        var seen = new List<string>();
        await foreach (var job in client.IterateJobsAsync())
        {
            seen.Add(job.Uuid);
        }

        Assert.Equal(30, seen.Distinct().Count());
        Assert.Equal(30, seen.Count);
    }

    private static JsonObject Big(FakeFacilitator server)
    {
        var job = server.Store("t");
        job["stdout"] = new string('x', 10_000);
        return job;
    }
}
