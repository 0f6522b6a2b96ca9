namespace ComputeHorde.Sdk.Tests.Faults;

/// <summary>Whatever happens to a create, one job is stored.</summary>
public sealed class CreateFaultTests
{
    public static TheoryData<Fault, bool> AllFaults { get; } =
    [.. from fault in Enum.GetValues<Fault>() from stored in new[] { false, true } select (fault, stored)];

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
                    Assert.True(error.IsTransient, error.ToString());
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

    /// <summary>Refusals of a moment: what the first answers say about everything but the job itself is no verdict.</summary>
    public static TheoryData<int, string, int> PassingRefusals { get; } =
        new()
        {
            { 500, "<h1>Server Error (500)</h1>", 4 },
            { 403, "<h1>Forbidden</h1>", 4 },
            { 403, """{"detail":"You do not have permission to perform this action."}""", 4 },
            { 401, """{"detail":"Token expired."}""", 4 },
            { 401, """{"detail":"Unauthorized hotkey."}""", 2 },
            { 404, "<h1>Not Found</h1>", 2 },
            { 404, """{"detail":"Not found."}""", 2 },
            { 400, "<h1>Bad Request</h1>", 2 },
            { 400, """["Job creation is disabled at this moment"]""", 3 },
            { 400, """{"detail":"JSON parse error - Expecting value: line 1 column 1 (char 0)"}""", 1 },
            { 400, """{"detail":"Bad request."}""", 4 },
            { 400, """{"error":"Nonce expired or not found"}""", 2 },
            { 400, """{"message":"Bad Request","status":400,"errors":[{"code":1000,"message":"DNS points to a prohibited IP"}]}""", 2 },
            { 400, """{"title":"Bad Request","errors":{"":["The request is invalid."]}}""", 2 },
            { 400, """{"docker_image":null}""", 2 },
            { 400, """{"error":"Bad Request","details":"The request was blocked.","tag":"8f2c"}""", 2 },
            { 400, "{}", 2 },
            { 413, "<h1>413 Request Entity Too Large</h1>", 2 },
            { 413, """{"message":"Request size limit exceeded"}""", 4 },
            { 405, """{"detail":"Method \"POST\" not allowed."}""", 2 },
            { 302, "", 2 },
        };

    [Theory]
    [MemberData(nameof(PassingRefusals))]
    public async Task CreateJob_RefusedForAMoment_IsCreatedOnce(int status, string body, int times)
    {
        await using var server = await FakeFacilitator.StartAsync();
        server.Before = call => call.Name == "create" && call.Number <= times ? RefuseAsync(call, status, body) : Task.FromResult(false);
        using var client = server.Client();

        Assert.True((await client.CreateJobAsync(Specs.Minimal)).Created);
        Assert.Single(server.Jobs);
    }

    [Theory]
    [MemberData(nameof(PassingRefusals))]
    public async Task CreateJob_RefusedEachTime_IsTransient(int status, string body, int times)
    {
        Assert.True(times > 0);
        await using var server = await FakeFacilitator.StartAsync();
        server.Before = call => call.Name == "create" ? RefuseAsync(call, status, body) : Task.FromResult(false);
        using var client = server.Client();

        var error = await Assert.ThrowsAnyAsync<ComputeHordeException>(() => client.CreateJobAsync(Specs.Minimal));

        Assert.True(error.IsTransient);
        Assert.Equal(status, error.StatusCode);
        Assert.InRange(server.Calls("create"), 5, 10);
    }

    [Theory]
    [InlineData("""{"docker_image":["Not here."]}""", "docker_image: Not here.")]
    [InlineData("""{"detail":"Invalid input.","docker_image":["Not here."],"status":400}""", "docker_image: Not here.")]
    [InlineData("""{"args":{"1":["This field may not be blank."]}}""", "args[1]: This field may not be blank.")]
    [InlineData("""{"non_field_errors":["No."]}""", "non_field_errors: No.")]
    public async Task CreateJob_FieldIsRefused_IsFinalAtOnce(string answer, string problem)
    {
        await using var server = await FakeFacilitator.StartAsync();
        server.Before = call => call.Name == "create" ? RefuseAsync(call, 400, answer) : Task.FromResult(false);
        using var client = server.Client();

        var error = await Assert.ThrowsAsync<ComputeHordeValidationException>(() => client.CreateJobAsync(Specs.Minimal));

        Assert.Equal(problem, Assert.Single(error.Problems).ToString());
        Assert.Equal(1, server.Calls("create"));
    }

    /// <summary>Answers to a look-up of the tag that do not say "none".</summary>
    public static TheoryData<int, string> UnclearLookUps { get; } =
        new()
        {
            { 401, """{"detail":"Unauthorized hotkey."}""" },
            { 403, "<h1>Forbidden</h1>" },
            { 404, """{"detail":"Not found."}""" },
            { 404, "<h1>Not Found</h1>" },
            { 400, """{"tag":["Unknown filter."]}""" },
            { 500, "<h1>Server Error (500)</h1>" },
            { 200, "<h1>Welcome</h1>" },
            { 200, "[]" },
            { 200, "{}" },
            { 200, """{"count":0,"next":null,"results":null}""" },
            { 200, """{"count":1,"next":null,"results":[]}""" },
            { 200, """{"count":0,"next":"http://127.0.0.1/?page=2","results":[]}""" },
            { 200, """{"count":1,"next":null,"results":[{"tag":"unsure"}]}""" },
            { 200, """{"count":1,"next":null,"results":[{"uuid":"broken","tag":"unsure"}]}""" },
            { 200, """{"count":1,"next":null,"results":["unsure"]}""" },
            { 200, """{"count":1,"next":null,"results":[{"uuid":"00000001-0000-0000-0000-000000000001","tag":null}]}""" },
            { 200, """{"count":1,"next":null,"results":[{"uuid":"00000001-0000-0000-0000-000000000001","tag":"another"}]}""" },
        };

    [Theory]
    [MemberData(nameof(UnclearLookUps))]
    public async Task CreateJob_LookUpIsUnclear_SaysThatItIsNotKnown(int status, string body)
    {
        await using var server = await FakeFacilitator.StartAsync();
        server.AfterStore = call => Fault.Reset.ActAsync(call);
        var isUnclear = true;
        server.Before = call => isUnclear && call.Name == "list" ? RefuseAsync(call, status, body) : Task.FromResult(false);
        using var client = server.Client();
        var options = new CreateJobOptions { Tag = "unsure" };

        for (var again = false; server.Calls("list") < 20; again = true)
        {
            var error = await Assert.ThrowsAsync<ComputeHordeUncertainCreateException>(() =>
                client.CreateJobAsync(Specs.Minimal, options with { LookUpFirst = again })
            );
            Assert.Equal((true, "unsure"), (error.IsTransient, error.Tag));
        }

        Assert.Equal(1, server.Calls("create"));
        isUnclear = false;
        Assert.False((await client.CreateJobAsync(Specs.Minimal, options with { LookUpFirst = true })).Created);
        Assert.Single(server.Jobs);
    }

    [Fact]
    public async Task CreateJob_StoredLongAfterTheConnectionBroke_IsFoundAndNotSentAgain()
    {
        await using var server = await FakeFacilitator.StartAsync();
        var time = new InstantTime(never: TimeSpan.FromSeconds(30));
        var posted = time.GetUtcNow();
        server.Before = call =>
        {
            if (call.Name == "list" && server.Jobs.Count == 0 && time.GetUtcNow() - posted > TimeSpan.FromSeconds(15))
            {
                server.Store("slow");
            }

            return call.Name == "create" ? Fault.Reset.ActAsync(call) : Task.FromResult(false);
        };
        using var client = server.Client(options => options.CreateDoubt = TimeSpan.FromSeconds(20), time);

        var result = await client.CreateJobAsync(Specs.Minimal, new CreateJobOptions { Tag = "slow" });

        Assert.False(result.Created);
        Assert.Equal(1, server.Calls("create"));
        Assert.Single(server.Jobs);
    }

    [Theory]
    [InlineData(5, false)]
    [InlineData(60, true)]
    [InlineData(-3600, false)]
    public async Task CreateJob_EarlierExecutionPostedAMomentAgo_WaitsUntilItsRequestCannotBeUnderWay(int secondsAgo, bool created)
    {
        await using var server = await FakeFacilitator.StartAsync();
        var time = new InstantTime(never: TimeSpan.FromSeconds(30));
        var start = time.GetUtcNow();
        server.Before = call =>
        {
            if (call.Name == "list" && !created && server.Jobs.Count == 0 && time.GetUtcNow() - start > TimeSpan.FromSeconds(10))
            {
                server.Store("again");
            }

            return Task.FromResult(false);
        };
        using var client = server.Client(options => options.CreateDoubt = TimeSpan.FromSeconds(20), time);

        var result = await client.CreateJobAsync(
            Specs.Minimal,
            new CreateJobOptions { Tag = "again", LastRequest = start.AddSeconds(-secondsAgo) }
        );

        Assert.Equal(created, result.Created);
        Assert.Single(server.Jobs);
    }

    [Fact]
    public async Task CreateJob_BeforeRequest_IsCalledBeforeEachPostAndCanForbidIt()
    {
        await using var server = await FakeFacilitator.StartAsync();
        server.Before = call => call is { Name: "create", Number: < 3 } ? Fault.Unavailable503.ActAsync(call) : Task.FromResult(false);
        using var client = server.Client();
        var posts = new List<int>();
        var options = new CreateJobOptions
        {
            BeforeRequest = _ =>
            {
                posts.Add(server.Calls("create"));
                return ValueTask.CompletedTask;
            },
        };
        await client.CreateJobAsync(Specs.Minimal, options);
        Assert.Equal([0, 1, 2], posts);

        await Assert.ThrowsAsync<InvalidTimeZoneException>(() =>
            client.CreateJobAsync(Specs.Minimal, options with { BeforeRequest = _ => throw new InvalidTimeZoneException() })
        );
        Assert.Equal(3, server.Calls("create"));
    }

    [Fact]
    public async Task CreateJob_StoredJobsAreNeverShown_StopsSendingAtItsBound()
    {
        await using var server = await FakeFacilitator.StartAsync();
        server.Before = call =>
            call.Name == "list" ? RefuseAsync(call, 200, """{"count":0,"next":null,"results":[]}""") : Task.FromResult(false);
        server.AfterStore = call => Fault.Reset.ActAsync(call);
        using var client = server.Client(options => (options.MaxUncertainCreates, options.MaxRetries) = (3, 20));

        var error = await Assert.ThrowsAsync<ComputeHordeUncertainCreateException>(() =>
            client.CreateJobAsync(Specs.Minimal, new CreateJobOptions { Tag = "dark" })
        );

        Assert.Equal("dark", error.Tag);
        Assert.Equal(3, server.Jobs.Count);
    }

    [Fact]
    public async Task CreateJob_NoValidatorConnected_IsRepeatedAndTransient()
    {
        await using var server = await FakeFacilitator.StartAsync();
        var failures = 2;
        server.Before = async call =>
        {
            if (call.Name != "create" || call.Number > failures)
            {
                return false;
            }

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
        var error = await Assert.ThrowsAsync<ComputeHordeUncertainCreateException>(() => client.CreateJobAsync(Specs.Minimal, options));
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
            {
                server.Store("late");
            }

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
            {
                return false;
            }

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
            {
                return false;
            }

            await cancel.CancelAsync();
            return await Fault.SlowHeaders.ActAsync(call);
        };
        using var client = server.Client();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.CreateJobAsync(Specs.Minimal, null, cancel.Token));
    }

    private static async Task<bool> RefuseAsync(Call call, int status, string body)
    {
        await FakeFacilitator.AnswerAsync(call.Context, status, body, body.StartsWith('<') ? "text/html" : "application/json");
        return true;
    }

    private static void Small(ComputeHordeOptions options) => options.MaxResponseBytes = 50_000;
}
