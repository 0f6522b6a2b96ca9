namespace ComputeHorde.Sdk.Tests.Faults;

/// <summary>One job's trouble is its own, and nothing is called missing that was not asked for by itself.</summary>
public sealed class JobLookupTests
{
    private readonly InstantTime _time = new(never: TimeSpan.FromSeconds(30));

    [Theory]
    [InlineData(2, 1)]
    [InlineData(150, 1)]
    [InlineData(150, 2)]
    [InlineData(40, 9)]
    [InlineData(301, 3)]
    public async Task GetJobs_SomeCannotBeShown_TheOthersAreRead(int count, int spoilt)
    {
        await using var server = await FakeFacilitator.StartAsync();
        var uuids = Enumerable.Range(0, count).Select(_ => server.Store("t").Text("uuid")).ToList();
        server.Spoilt.UnionWith(uuids.Where((_, i) => i % (count / spoilt) == 0).Take(spoilt));
        using var client = server.Client(time: _time);

        var looks = await client.GetJobsAsync(uuids);

        Assert.Equal(uuids.Order(), looks.Keys.Order());
        Assert.All(looks.Values, look => Assert.Equal(server.Spoilt.Contains(look.Uuid), look.Job is null));
        Assert.All(looks.Values.Where(look => look.Job is null), look => Assert.True(look is { IsMissing: false, Error.StatusCode: 500 }));
        Assert.Empty(_time.Waits);
    }

    [Fact]
    public async Task GetJobs_OneCannotBeShown_IsRememberedAndAskedForAloneMoreAndMoreRarely()
    {
        await using var server = await FakeFacilitator.StartAsync();
        var uuids = Enumerable.Range(0, 100).Select(_ => server.Store("t").Text("uuid")).ToList();
        server.Spoilt.Add(uuids[70]);
        using var client = server.Client(time: _time);
        await client.GetJobsAsync(uuids);
        var (lists, gets) = (server.Calls("list"), server.Calls("get"));

        for (var poll = 0; poll < 600; poll++)
        {
            _time.Advance(TimeSpan.FromSeconds(2));
            Assert.Equal(99, (await client.GetJobsAsync(uuids)).Values.Count(look => look.Job is not null));
        }

        Assert.Equal(600, server.Calls("list") - lists);
        Assert.InRange(server.Calls("get") - gets, 6, 10);
        server.Spoilt.Clear();
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.All((await client.GetJobsAsync(uuids)).Values, look => Assert.NotNull(look.Job));
        gets = server.Calls("get");
        Assert.All((await client.GetJobsAsync(uuids)).Values, look => Assert.NotNull(look.Job));
        Assert.Equal(gets, server.Calls("get"));
    }

    /// <summary>A job whose showing kills a worker of the facilitator, takes longer than its gateway waits, or is no JSON.</summary>
    [Theory]
    [InlineData(Fault.BadGateway502, 0)]
    [InlineData(Fault.BadGateway502, 149)]
    [InlineData(Fault.GatewayTimeout504, 70)]
    [InlineData(Fault.Unavailable503, 70)]
    [InlineData(Fault.SlowHeaders, 70)]
    [InlineData(Fault.Reset, 0)]
    [InlineData(Fault.CutOffBody, 70)]
    [InlineData(Fault.HtmlInsteadOfJson, 149)]
    public async Task GetJobs_OneBreaksEveryAnswerThatHoldsIt_IsRememberedAndTheOthersAreRead(Fault fault, int place)
    {
        await using var server = await FakeFacilitator.StartAsync();
        var uuids = Enumerable.Range(0, 150).Select(_ => server.Store("t").Text("uuid")).ToList();
        var breaking = uuids[place];
        server.Before = call =>
            $"{call.Context.Request.Path}{call.Context.Request.QueryString}".Contains(breaking, StringComparison.Ordinal)
                ? fault.ActAsync(call)
                : Task.FromResult(false);
        using var client = server.Client(time: fault == Fault.SlowHeaders ? server.Timeouts : _time);

        var looks = await client.GetJobsAsync(uuids);

        Assert.Equal(149, looks.Values.Count(look => look.Job is not null));
        Assert.True(looks[breaking] is { Job: null, IsMissing: false, Error.IsTransient: true });
        Assert.InRange(server.Calls("list") + server.Calls("get"), 1, 40);
        var before = server.Calls("list") + server.Calls("get");
        Assert.Equal(149, (await client.GetJobsAsync(uuids)).Values.Count(look => look.Job is not null));
        Assert.Equal(1, server.Calls("list") + server.Calls("get") - before);
    }

    [Theory]
    [InlineData(Fault.BadGateway502)]
    [InlineData(Fault.GatewayTimeout504)]
    [InlineData(Fault.Reset)]
    public async Task GetJobs_FacilitatorGoesAwayAmongLists_IsNotAskedForHalves(Fault fault)
    {
        await using var server = await FakeFacilitator.StartAsync();
        var uuids = Enumerable.Range(0, 450).Select(_ => server.Store("t").Text("uuid")).ToList();
        server.Before = call => call is { Name: "list", Number: > 1 } or { Name: "get" } ? fault.ActAsync(call) : Task.FromResult(false);
        using var client = server.Client(time: _time);

        var looks = await client.GetJobsAsync(uuids);

        Assert.Equal(150, looks.Values.Count(look => look.Job is not null));
        Assert.InRange(server.Calls("list") + server.Calls("get"), 1, 12);
    }

    [Theory]
    [InlineData(Fault.ServerError500)]
    [InlineData(Fault.Unavailable503)]
    [InlineData(Fault.Reset)]
    [InlineData(Fault.HtmlInsteadOfJson)]
    public async Task GetJobs_FacilitatorIsAway_TellsSoOfEachJobWithFewCalls(Fault fault)
    {
        await using var server = await FakeFacilitator.StartAsync();
        var uuids = Enumerable.Range(0, 300).Select(_ => server.Store("t").Text("uuid")).ToList();
        var isAway = true;
        server.Before = call => isAway && call.Name is "list" or "get" ? fault.ActAsync(call) : Task.FromResult(false);
        using var client = server.Client(time: _time);

        var looks = await client.GetJobsAsync(uuids);

        Assert.All(uuids, uuid => Assert.True(looks[uuid] is { Job: null, IsMissing: false, Error.IsTransient: true }));
        Assert.InRange(server.Calls("list") + server.Calls("get"), 1, 40);
        isAway = false;
        server.Before = _ => Task.FromResult(false);
        Assert.All((await client.GetJobsAsync(uuids)).Values, look => Assert.NotNull(look.Job));
    }

    [Theory]
    [InlineData(Fault.ServerError500)]
    [InlineData(Fault.BadGateway502)]
    [InlineData(Fault.CutOffBody)]
    public async Task GetJobs_OneFaultOnTheWay_IsRepeated(Fault fault)
    {
        await using var server = await FakeFacilitator.StartAsync();
        var uuids = Enumerable.Range(0, 20).Select(_ => server.Store("t").Text("uuid")).ToList();
        server.Before = call => call is { Name: "list", Number: 1 } ? fault.ActAsync(call) : Task.FromResult(false);
        using var client = server.Client(time: _time);
        Assert.All((await client.GetJobsAsync(uuids)).Values, look => Assert.NotNull(look.Job));
    }

    [Fact]
    public async Task GetJobs_ListLeavesOneOut_AsksForItByItself()
    {
        await using var server = await FakeFacilitator.StartAsync();
        var uuids = Enumerable.Range(0, 10).Select(_ => server.Store("t").Text("uuid")).ToList();
        var hidden = server.Jobs[4];
        server.Before = call =>
        {
            _ = call.Name == "list" ? server.Jobs.Remove(hidden) : hidden.Parent is null && !server.Jobs.Contains(hidden) && AddBack();
            return Task.FromResult(false);

            bool AddBack()
            {
                server.Jobs.Add(hidden);
                return true;
            }
        };
        using var client = server.Client();

        Assert.All((await client.GetJobsAsync(uuids)).Values, look => Assert.NotNull(look.Job));
        Assert.Equal(1, server.Calls("get"));
    }

    [Fact]
    public async Task GetJobs_ListGivesLessThanAskedFor_FollowsThePages()
    {
        await using var server = await FakeFacilitator.StartAsync();
        server.MaxPageSize = 16;
        var uuids = Enumerable.Range(0, 100).Select(_ => server.Store("t").Text("uuid")).ToList();
        using var client = server.Client();

        Assert.All((await client.GetJobsAsync(uuids)).Values, look => Assert.NotNull(look.Job));
        Assert.Equal((7, 0), (server.Calls("list"), server.Calls("get")));
    }

    [Fact]
    public async Task GetJobs_ListsGrewLarge_AreFollowedByShorterOnes()
    {
        await using var server = await FakeFacilitator.StartAsync();
        var uuids = new List<string>();
        for (var i = 0; i < 100; i++)
        {
            var job = server.Store("t", "sent", "completed");
            job["stdout"] = new string('x', 10_000);
            uuids.Add(job.Text("uuid"));
        }

        using var client = server.Client(options => options.MaxPageBytes = 300_000);
        Assert.All((await client.GetJobsAsync(uuids)).Values, look => Assert.NotNull(look.Job!.Result));
        var before = server.Calls("list");
        var lean = await client.GetJobsAsync(uuids, includeResults: false);
        Assert.All(lean.Values, look => Assert.True(look.Job is { IsSuccessful: true, Result: null }));
        Assert.InRange(server.Calls("list") - before, 4, 12);
        foreach (var job in server.Jobs)
        {
            job["stdout"] = "";
        }

        for (var i = 0; i < 6; i++)
        {
            before = server.Calls("list");
            await client.GetJobsAsync(uuids);
        }

        Assert.Equal(1, server.Calls("list") - before);
    }

    [Fact]
    public async Task IterateJobs_OneCannotBeShown_GivesAllOthers()
    {
        await using var server = await FakeFacilitator.StartAsync();
        for (var i = 0; i < 600; i++)
        {
            server.Store("t");
        }

        server.Spoilt.Add(server.Jobs[300].Text("uuid"));
        server.Spoilt.Add(server.Jobs[599].Text("uuid"));
        using var client = server.Client();
        var seen = new List<string>();
        await foreach (var job in client.IterateJobsAsync())
        {
            seen.Add(job.Uuid);
        }

        Assert.Equal(598, seen.Distinct().Count());
        Assert.Equal(598, seen.Count);
    }

    [Fact]
    public async Task IterateJobs_FacilitatorIsAway_Throws()
    {
        await using var server = await FakeFacilitator.StartAsync();
        server.Store("t");
        server.Before = call => call.Name == "list" ? Fault.ServerError500.ActAsync(call) : Task.FromResult(false);
        using var client = server.Client();
        await Assert.ThrowsAnyAsync<ComputeHordeException>(async () =>
        {
            await foreach (var job in client.IterateJobsAsync())
            {
                Assert.Fail($"There is no {job}.");
            }
        });
    }
}
