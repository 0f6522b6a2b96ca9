namespace ComputeHorde.Sdk.Tests.Faults;

/// <summary>Whatever happens to a create, one job is stored.</summary>
public sealed class CreateFaultTests
{
    public static TheoryData<Fault, bool> AllFaults { get; } = [.. from fault in Enum.GetValues<Fault>() from stored in new[] { false, true } select (fault, stored)];

    [Theory]
    [MemberData(nameof(AllFaults))]
    public async Task CreateJob_FaultOnFirstTry_StoresExactlyOneJob(Fault fault, bool afterStore)
    {
        await using var server = await FakeFacilitator.StartAsync();
        Func<Call, Task<bool>> hook = call => call is { Name: "create", Number: 1 } ? fault.ActAsync(call) : Task.FromResult(false);
        _ = afterStore ? server.AfterStore = hook : server.Before = hook;
        using var client = server.Client(Small, server.Timeouts);

        var result = await client.CreateJobAsync(Specs.Minimal, new CreateJobOptions { Tag = "run#1" });

        var job = Assert.Single(server.Jobs);
        Assert.Equal(job.Text("uuid"), result.Job.Uuid);
        Assert.Equal(!afterStore, result.Created);
        Assert.Equal(afterStore ? 1 : 2, server.Calls("create"));
        Assert.True(server.Calls("list") > 0, "the tag was not looked up");
        Assert.Empty(result.Duplicates);
    }

    [Fact]
    public async Task CreateJob_RandomFaultsEverywhere_NeverStoresTwice()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var server = await FakeFacilitator.StartAsync();
        var faults = Enum.GetValues<Fault>().Where(fault => fault is not (Fault.SlowBody or Fault.SlowHeaders)).ToArray();
        server.Before = call => Maybe(call);
        server.AfterStore = call => Maybe(call);
        using var client = server.Client(options =>
        {
            Small(options);
            options.MaxRetries = 8;
        });
        var created = 0;
        for (var i = 0; i < 60; i++)
        {
            var options = new CreateJobOptions { Tag = $"tag {i}", LookUpFirst = true };
            for (var attempt = 0; attempt < 20; attempt++)
            {
                try
                {
                    var result = await client.CreateJobAsync(Specs.Minimal, options);
                    Assert.Equal(options.Tag, result.Job.Tag);
                    created++;
                    break;
                }
                catch (ComputeHordeException error)
                {
                    Assert.True(error.IsTransient || error.StatusCode is 500 or null or 201, error.ToString());
                }
            }
        }

        Assert.True(created > 50, $"seed {seed}: only {created} of 60 creates succeeded");
        Assert.True(server.Jobs.GroupBy(job => job.Text("tag")).All(group => group.Count() == 1), $"seed {seed}: a tag is stored twice");

        Task<bool> Maybe(Call call)
        {
            lock (random)
            {
                return random.Next(4) == 0 ? faults[random.Next(faults.Length)].ActAsync(call) : Task.FromResult(false);
            }
        }
    }

    [Fact]
    public async Task CreateJob_500EachTime_IsPermanentAfterOneRepeat()
    {
        await using var server = await FakeFacilitator.StartAsync();
        server.Before = call => call.Name == "create" ? Fault.ServerError500.ActAsync(call) : Task.FromResult(false);
        using var client = server.Client();

        var error = await Assert.ThrowsAsync<ComputeHordeProtocolException>(() => client.CreateJobAsync(Specs.Minimal));

        Assert.False(error.IsTransient);
        Assert.Equal(500, error.StatusCode);
        Assert.Equal(2, server.Calls("create"));
        Assert.Equal(2, server.Calls("list"));
    }

    [Fact]
    public async Task CreateJob_NoValidatorConnected_IsRepeatedAndTransient()
    {
        await using var server = await FakeFacilitator.StartAsync();
        var failures = 2;
        server.Before = async call =>
        {
            if (call.Name != "create" || call.Number > failures)
                return false;
            await FakeFacilitator.AnswerAsync(call.Context, 400, """["Could not select Validator"]""");
            return true;
        };
        using var client = server.Client();
        Assert.True((await client.CreateJobAsync(Specs.Minimal)).Created);
        Assert.Equal(3, server.Calls("create"));
        Assert.Equal(0, server.Calls("list"));

        failures = int.MaxValue;
        var error = await Assert.ThrowsAsync<ComputeHordeException>(() => client.CreateJobAsync(Specs.Minimal));
        Assert.True(error.IsTransient);
        Assert.Contains("Could not select Validator", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CreateJob_LookUpFailsToo_SaysSoAndTheNextCallFindsTheJob()
    {
        await using var server = await FakeFacilitator.StartAsync();
        var broken = true;
        server.AfterStore = call => Fault.Reset.ActAsync(call);
        server.Before = call => broken && call.Name == "list" ? Fault.Unavailable503.ActAsync(call) : Task.FromResult(false);
        using var client = server.Client();
        var options = new CreateJobOptions { Tag = "unsure", LookUpFirst = false };
        var error = await Assert.ThrowsAsync<ComputeHordeException>(() => client.CreateJobAsync(Specs.Minimal, options));
        Assert.True(error.IsTransient);
        Assert.Contains("'unsure'", error.Message, StringComparison.Ordinal);

        broken = false;
        var result = await client.CreateJobAsync(Specs.Minimal, options with { LookUpFirst = true });
        Assert.False(result.Created);
        Assert.Single(server.Jobs);
    }

    [Fact]
    public async Task CreateJob_FirstRequestStoredAfterTheLookUp_ReportsTheDuplicate()
    {
        await using var server = await FakeFacilitator.StartAsync();
        server.Before = call =>
        {
            if (call is { Name: "create", Number: 2 })
                server.Store("late");
            return call is { Name: "create", Number: 1 } ? Fault.Reset.ActAsync(call) : Task.FromResult(false);
        };
        using var client = server.Client();

        var result = await client.CreateJobAsync(Specs.Minimal, new CreateJobOptions { Tag = "late" });

        Assert.Equal(2, server.Jobs.Count);
        Assert.NotEqual(result.Job.Uuid, Assert.Single(result.Duplicates).Uuid);
    }

    [Fact]
    public async Task CreateJob_429WithRetryAfter_WaitsAsLongAsAsked()
    {
        await using var server = await FakeFacilitator.StartAsync();
        server.Before = async call =>
        {
            if (call.Name is not ("create" or "list") || call.Number > 1)
                return false;
            call.Context.Response.Headers.RetryAfter = "7";
            await FakeFacilitator.AnswerAsync(call.Context, 429, "slow down", "text/plain");
            return true;
        };
        var time = new InstantTime(never: TimeSpan.FromSeconds(30));
        using var client = server.Client(options => options.MaxRetryDelay = TimeSpan.FromMinutes(1), time);

        await client.CreateJobAsync(Specs.Minimal);
        Assert.Contains(TimeSpan.FromSeconds(7), time.Waits);
        time.Waits.Clear();
        await client.GetJobsPageAsync();

        Assert.Contains(TimeSpan.FromSeconds(7), time.Waits);
        Assert.Single(server.Jobs);
    }

    [Fact]
    public async Task CreateJob_ServerDown_IsTransientAndNothingIsLookedUp()
    {
        var server = await FakeFacilitator.StartAsync();
        using var client = server.Client();
        await server.DisposeAsync();
        var error = await Assert.ThrowsAnyAsync<ComputeHordeException>(() => client.CreateJobAsync(Specs.Minimal));
        Assert.True(error.IsTransient);
    }

    [Fact]
    public async Task CreateJob_Cancelled_ThrowsOperationCanceled()
    {
        await using var server = await FakeFacilitator.StartAsync();
        using var cancel = new CancellationTokenSource();
        server.Before = async call =>
        {
            if (call.Name != "create")
                return false;
            await cancel.CancelAsync();
            return await Fault.SlowHeaders.ActAsync(call);
        };
        using var client = server.Client();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.CreateJobAsync(Specs.Minimal, null, cancel.Token));
    }

    private static void Small(ComputeHordeOptions options) => options.MaxResponseBytes = 50_000;
}
