using System.Text.Json.Nodes;

namespace ComputeHorde.Sdk.Tests.Jobs;

public sealed class RunTests
{
    private const string Busy = """{"job_rejection_details":{"rejected_by":"miner","reason":"busy","message":"Miner failed to excuse job"}}""";
    private const string BadSignature = """{"job_rejection_details":{"rejected_by":"validator","reason":"invalid_signature","message":"Bad signature"}}""";
    private const string ExitCode = """{"job_failure_details":{"reason":"nonzero_return_code","stage":"execution","message":"exit 3","docker_process_exit_status":3,"docker_process_stdout":"out"}}""";
    private const string Timeout = """{"horde_failure_details":{"reported_by":"validator","reason":"execution_timed_out","message":"m"}}""";
    private const string NotFound = """{"horde_failure_details":{"reported_by":"executor","reason":"unhandled_exception","message":"m","context":{"exception_type":"HTTPStatusError","stage":"volume_download"}}}""";

    private readonly InstantTime _time = new(never: TimeSpan.FromSeconds(30));

    public static TheoryData<string, string, int> Ends { get; } = new()
    {
        { "rejected", Busy, 3 },
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

    [Fact]
    public async Task Run_SecondAttemptCompletes_ReturnsItAndCallsBack()
    {
        await using var server = await FakeFacilitator.StartAsync();
        OnCreate(server, job => server.Advance(job, server.Jobs.Count == 1 ? "rejected" : "completed", server.Jobs.Count == 1 ? Busy : "{}"));
        using var client = server.Client();
        var attempts = new List<string>();
        var changes = new List<string>();
        var run = await client.RunUntilCompleteAsync(Specs.Minimal, new RunOptions
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
        });
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
                server.Advance(server.Jobs[0], "completed");
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
                return false;
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
            client.RunUntilCompleteAsync(Specs.Minimal, new RunOptions { Timeout = TimeSpan.FromSeconds(3) }));
        Assert.Equal(server.Jobs[0].Text("uuid"), error.Job!.Uuid);
    }

    [Fact]
    public async Task Run_OwnPolicy_DecidesAboutRetries()
    {
        await using var server = await FakeFacilitator.StartAsync();
        OnCreate(server, job => server.Advance(job, "failed", ExitCode));
        using var client = server.Client(Seconds, _time);
        var run = await client.RunUntilCompleteAsync(Specs.Minimal, new RunOptions { ShouldRetry = job => job.Error!.ExitCode == 3, MaxAttempts = 5 });
        Assert.Equal(5, run.Attempts.Count);
        Assert.Equal("out", run.Job.Error!.Stdout);
    }

    private static void OnCreate(FakeFacilitator server, Action<JsonObject> act) => server.AfterStore = _ =>
    {
        act(server.Jobs[^1]);
        return Task.FromResult(false);
    };

    private static void Seconds(ComputeHordeOptions options)
    {
        options.PollInterval = TimeSpan.FromSeconds(2);
        options.MaxPollInterval = TimeSpan.FromSeconds(10);
        options.MaxRetryDelay = TimeSpan.FromSeconds(10);
    }
}
