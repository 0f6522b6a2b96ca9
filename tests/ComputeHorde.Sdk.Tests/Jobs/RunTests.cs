using System.Text.Json.Nodes;

namespace ComputeHorde.Sdk.Tests.Jobs;

public sealed class RunTests
{
    private const string Busy =
        """{"job_rejection_details":{"rejected_by":"miner","reason":"busy","message":"Miner failed to excuse job"}}""";
    private const string BadSignature =
        """{"job_rejection_details":{"rejected_by":"validator","reason":"invalid_signature","message":"Bad signature"}}""";
    private const string ExitCode =
        """{"job_failure_details":{"reason":"nonzero_return_code","stage":"execution","message":"exit 3","docker_process_exit_status":3,"docker_process_stdout":"out"}}""";
    private const string Timeout = """{"horde_failure_details":{"reported_by":"validator","reason":"execution_timed_out","message":"m"}}""";
    private const string NotFound =
        """{"horde_failure_details":{"reported_by":"executor","reason":"unhandled_exception","message":"m","context":{"exception_type":"HTTPStatusError","stage":"volume_download"}}}""";

    /// <summary>Lets waits of any length pass at once, but for the time-outs of requests, which are set longer than all of them.</summary>
    private readonly InstantTime _time = new(never: TimeSpan.FromMinutes(10));

    public static TheoryData<string, string, int> Ends { get; } =
        new()
        {
            { "rejected", BadSignature, 1 },
            { "failed", ExitCode, 1 },
            { "failed", Timeout, 3 },
            { "horde_failed", Timeout, 3 },
            { "horde_failed", NotFound, 1 },
        };

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task Run_EveryAttemptEndsAlike_RetriesOnlyWhatCanHelp(string status, string metadata, int attempts)
    {
        await using var server = await FakeFacilitator.StartAsync();
        OnCreate(server, job => server.Advance(job, status, metadata));
        using var client = server.Client();
        var run = await client.RunUntilCompleteAsync(Specs.Minimal);
        Assert.False(run.IsSuccessful);
        Assert.Equal(attempts, run.Attempts.Count);
        Assert.Equal(attempts, server.Jobs.Count);
    }

    [Theory]
    [InlineData("miner", "busy")]
    [InlineData("validator", "no_miner_for_job")]
    [InlineData("miner", "validator_blacklisted")]
    [InlineData("miner", "some_future_reason")]
    public async Task Run_HordeIsFull_WaitsForRoomWithoutUsingUpAttempts(string by, string reason)
    {
        await using var server = await FakeFacilitator.StartAsync();
        var rejection = $$$"""{"job_rejection_details":{"rejected_by":"{{{by}}}","reason":"{{{reason}}}","message":"m"}}""";
        OnCreate(
            server,
            job => server.Advance(job, server.Jobs.Count <= 20 ? "rejected" : "completed", server.Jobs.Count <= 20 ? rejection : "{}")
        );
        using var client = server.Client(Seconds, _time);

        var run = await client.RunUntilCompleteAsync(Specs.Minimal, new RunOptions { MaxAttempts = 1 });

        Assert.True(run.IsSuccessful);
        Assert.Equal(21, run.Attempts.Count);
        Assert.All(
            run.Attempts.Take(20),
            attempt => Assert.Equal($"#{attempt.Number}", attempt.Creation.Tag[^$"#{attempt.Number}".Length..])
        );
        Assert.InRange(_time.Waits.Max(), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(75));
    }

    [Fact]
    public async Task Run_HordeStaysFull_EndsAtTheCapacityTimeoutWithNothingPaid()
    {
        await using var server = await FakeFacilitator.StartAsync();
        OnCreate(server, job => server.Advance(job, "rejected", Busy));
        using var client = server.Client(Seconds, _time);
        var before = _time.GetUtcNow();

        var run = await client.RunUntilCompleteAsync(Specs.Minimal);

        Assert.False(run.IsSuccessful);
        Assert.All(run.Attempts, _ => Assert.True(run.Job.IsTurnedAway));
        Assert.InRange(_time.GetUtcNow() - before, TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(33));
    }

    [Fact]
    public async Task Run_RejectedAfterItWasAccepted_UsesUpAnAttempt()
    {
        await using var server = await FakeFacilitator.StartAsync();
        OnCreate(
            server,
            job =>
            {
                server.Advance(job, "accepted");
                server.Advance(job, "rejected", Busy);
            }
        );
        using var client = server.Client(Seconds, _time);
        Assert.Equal(2, (await client.RunUntilCompleteAsync(Specs.Minimal, new RunOptions { MaxAttempts = 2 })).Attempts.Count);
    }

    [Fact]
    public async Task Run_UnlimitedAttempts_GoOnUntilTheTimeIsUp()
    {
        await using var server = await FakeFacilitator.StartAsync();
        OnCreate(
            server,
            job => server.Advance(job, server.Jobs.Count < 30 ? "horde_failed" : "completed", server.Jobs.Count < 30 ? Timeout : "{}")
        );
        using var client = server.Client(Seconds, _time);
        var run = await client.RunUntilCompleteAsync(Specs.Minimal, new RunOptions { MaxAttempts = 0, Timeout = TimeSpan.FromDays(1) });
        Assert.True(run.IsSuccessful);
        Assert.Equal(30, run.Attempts.Count);
    }

    public static TheoryData<string, RunOptions> BadOptions { get; } =
        new()
        {
            {
                "max_attempts",
                new RunOptions { MaxAttempts = 0 }
            },
            {
                "max_attempts",
                new RunOptions { MaxAttempts = -1, Timeout = TimeSpan.FromHours(1) }
            },
            {
                "max_attempts",
                new RunOptions { MaxAttempts = int.MaxValue }
            },
            {
                "timeout",
                new RunOptions { Timeout = TimeSpan.Zero }
            },
            {
                "timeout",
                new RunOptions { Timeout = TimeSpan.MaxValue }
            },
            {
                "capacity_timeout",
                new RunOptions { CapacityTimeout = TimeSpan.FromSeconds(-1) }
            },
            {
                "capacity_timeout",
                new RunOptions { CapacityTimeout = TimeSpan.MaxValue }
            },
            {
                "lost_after",
                new RunOptions { LostAfter = TimeSpan.Zero }
            },
            {
                "retry_delay",
                new RunOptions { RetryDelay = TimeSpan.MaxValue }
            },
        };

    [Theory]
    [MemberData(nameof(BadOptions))]
    public async Task Run_OptionBeyondItsBounds_IsRefusedByName(string field, RunOptions options)
    {
        await using var server = await FakeFacilitator.StartAsync();
        using var client = server.Client();
        var error = await Assert.ThrowsAsync<ComputeHordeValidationException>(() => client.RunUntilCompleteAsync(Specs.Minimal, options));
        Assert.Equal(field, Assert.Single(error.Problems).Field);
    }

    [Fact]
    public async Task Run_LostRequestWasStoredAfterAll_WatchesAndCountsTheSecondJob()
    {
        await using var server = await FakeFacilitator.StartAsync();
        server.Before = call =>
        {
            if (call is { Name: "create", Number: 2 })
            {
                server.Store("twice#1", "sent", "received");
            }

            return call is { Name: "create", Number: 1 } ? Fault.Reset.ActAsync(call) : Task.FromResult(false);
        };
        OnCreate(server, job => server.Advance(server.Jobs[0], "completed"));
        using var client = server.Client();

        var run = await client.RunUntilCompleteAsync(Specs.Minimal, new RunOptions { Tag = "twice", MaxAttempts = 1 });

        Assert.True(run.IsSuccessful);
        Assert.Equal(server.Jobs[0].Text("uuid"), run.Job.Uuid);
        Assert.Equal(server.Jobs[0].Text("uuid"), Assert.Single(run.Duplicates).Uuid);
    }

    [Fact]
    public async Task Run_CreateIsRefusedForMinutes_IsCreatedOnceInTheEnd()
    {
        await using var server = await FakeFacilitator.StartAsync();
        var until = _time.GetUtcNow() + TimeSpan.FromMinutes(10);
        server.Before = async call =>
        {
            if (call.Name != "create" || _time.GetUtcNow() > until)
            {
                return false;
            }

            await FakeFacilitator.AnswerAsync(call.Context, call.Number % 2 == 0 ? 403 : 500, "<h1>Not now</h1>", "text/html");
            return true;
        };
        OnCreate(server, job => server.Advance(job, "completed"));
        using var client = server.Client(Seconds, _time);
        var run = await client.RunUntilCompleteAsync(Specs.Minimal, new RunOptions { RetryDelay = TimeSpan.FromSeconds(10) });
        Assert.True(run.IsSuccessful);
        Assert.Single(server.Jobs);
    }

    [Fact]
    public async Task Run_SecondAttemptCompletes_ReturnsItAndCallsBack()
    {
        await using var server = await FakeFacilitator.StartAsync();
        OnCreate(
            server,
            job => server.Advance(job, server.Jobs.Count == 1 ? "rejected" : "completed", server.Jobs.Count == 1 ? Busy : "{}")
        );
        using var client = server.Client();
        var attempts = new List<string>();
        var changes = new List<string>();
        var run = await client.RunUntilCompleteAsync(
            Specs.Minimal,
            new RunOptions
            {
                Tag = "nightly",
                OnAttempt = attempt =>
                {
                    attempts.Add(attempt.Creation.Tag);
                    return ValueTask.CompletedTask;
                },
                OnStatusChange = (attempt, change) =>
                {
                    changes.Add($"{attempt.Number} {change.Entry.Status}");
                    return ValueTask.CompletedTask;
                },
            }
        );
        Assert.True(run.IsSuccessful);
        Assert.Equal(["nightly#1", "nightly#2"], attempts);
        Assert.Equal(["1 sent", "1 rejected", "2 sent", "2 completed"], changes);
    }

    [Fact]
    public async Task Run_SameTagAgain_GoesOnWithTheJobsThatAreThere()
    {
        await using var server = await FakeFacilitator.StartAsync();
        server.Advance(server.Store("again#1"), "rejected", Busy);
        server.Advance(server.Store("again#2"), "completed");
        using var client = server.Client();
        var run = await client.RunUntilCompleteAsync(Specs.Minimal, new RunOptions { Tag = "again" });
        Assert.True(run.IsSuccessful);
        Assert.Equal(2, server.Jobs.Count);
        Assert.Equal(0, server.Calls("create"));
    }

    [Fact]
    public async Task Run_JobNeverReceived_IsReplacedAndALateCompletionOfTheFirstCounts()
    {
        await using var server = await FakeFacilitator.StartAsync();
        server.Before = call =>
        {
            if (call.Name == "list" && server.Jobs.Count == 2)
            {
                server.Advance(server.Jobs[0], "completed");
            }

            return Task.FromResult(false);
        };
        using var client = server.Client(Seconds, _time);
        var run = await client.RunUntilCompleteAsync(Specs.Minimal);
        Assert.True(run.IsSuccessful);
        Assert.Equal(2, run.Attempts.Count);
        Assert.Equal(server.Jobs[0].Text("uuid"), run.Job.Uuid);
    }

    [Fact]
    public async Task Run_JobStuckAfterReceived_IsReplacedAfterItsBound()
    {
        await using var server = await FakeFacilitator.StartAsync();
        OnCreate(server, job => server.Advance(job, server.Jobs.Count == 1 ? "received" : "completed"));
        using var client = server.Client(Seconds, _time);
        var before = _time.GetUtcNow();
        var run = await client.RunUntilCompleteAsync(Specs.Minimal);
        Assert.True(run.IsSuccessful);
        Assert.Equal(2, run.Attempts.Count);
        Assert.True(_time.GetUtcNow() - before > Specs.Minimal.ExpectedToEndWithin());
    }

    [Fact]
    public async Task Run_FacilitatorHasNoValidatorForAWhile_UsesUpNoAttempt()
    {
        await using var server = await FakeFacilitator.StartAsync();
        OnCreate(server, job => server.Advance(job, "completed"));
        server.Before = async call =>
        {
            if (call.Name != "create" || call.Number > 12)
            {
                return false;
            }

            await FakeFacilitator.AnswerAsync(call.Context, 400, """["Could not select Validator"]""");
            return true;
        };
        using var client = server.Client(Seconds, _time);
        var run = await client.RunUntilCompleteAsync(Specs.Minimal);
        Assert.True(run.IsSuccessful);
        Assert.Single(run.Attempts);
    }

    [Fact]
    public async Task Run_TimeIsUp_ThrowsWithTheLastJob()
    {
        await using var server = await FakeFacilitator.StartAsync();
        using var client = server.Client();
        var error = await Assert.ThrowsAsync<ComputeHordeJobTimeoutException>(() =>
            client.RunUntilCompleteAsync(Specs.Minimal, new RunOptions { Timeout = TimeSpan.FromSeconds(3) })
        );
        Assert.Equal(server.Jobs[0].Text("uuid"), error.Job!.Uuid);
    }

    [Fact]
    public async Task Run_OwnPolicy_DecidesAboutRetries()
    {
        await using var server = await FakeFacilitator.StartAsync();
        OnCreate(server, job => server.Advance(job, "failed", ExitCode));
        using var client = server.Client(Seconds, _time);
        var run = await client.RunUntilCompleteAsync(
            Specs.Minimal,
            new RunOptions { ShouldRetry = job => job.Error!.ExitCode == 3, MaxAttempts = 5 }
        );
        Assert.Equal(5, run.Attempts.Count);
        Assert.Equal("out", run.Job.Error!.Stdout);
    }

    private static void OnCreate(FakeFacilitator server, Action<JsonObject> act) =>
        server.AfterStore = _ =>
        {
            act(server.Jobs[^1]);
            return Task.FromResult(false);
        };

    private static void Seconds(ComputeHordeOptions options)
    {
        options.PollInterval = TimeSpan.FromSeconds(2);
        options.MaxPollInterval = TimeSpan.FromSeconds(10);
        options.MaxRetryDelay = TimeSpan.FromSeconds(10);
        options.RequestTimeout = TimeSpan.FromMinutes(10);
    }
}
