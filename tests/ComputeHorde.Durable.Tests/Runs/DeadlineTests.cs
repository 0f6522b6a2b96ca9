using System.Text.Json.Nodes;
using ComputeHorde.Durable.Tests.Support;

namespace ComputeHorde.Durable.Tests.Runs;

/// <summary>
/// What becomes of a run whose time, or whose job's time, is over; on virtual time, so that a busy machine lets nobody's time run out.
/// </summary>
public sealed class DeadlineTests
{
    [Fact]
    public async Task Run_JobIsNeverTaken_TriesAgain()
    {
        var (run, paid) = await RunAsync("stuck:sent,ok", new JsonObject { ["lost_after_seconds"] = 120 });
        Assert.True((string?)run["status"] == "completed", run.ToJsonString());
        Assert.Equal(2, paid);
        Assert.Equal(2, run["outcome"]!["attempts"]!.AsArray().Count);
        Assert.Equal("lost", (string?)run["outcome"]!["attempts"]![0]!["failure"]!["class"]);
        Assert.Equal(1, (int)run["outcome"]!["result"]!["outputs"]!);
    }

    [Fact]
    public async Task Run_StageIsOverdue_TriesAgainAndNamesIt()
    {
        var (run, paid) = await RunAsync(
            "stuck:accepted,ok",
            new JsonObject
            {
                ["stage_deadlines"] = new JsonObject { ["accepted"] = 3600, ["executor_ready"] = 20 },
            }
        );
        Assert.True((string?)run["status"] == "completed", run.ToJsonString());
        Assert.Equal(2, paid);
        var failure = run["outcome"]!["attempts"]![0]!["failure"]!;
        Assert.Equal(
            ("stuck", "overdue", "executor_ready"),
            ((string?)failure["class"], (string?)failure["reason"], (string?)failure["stage"])
        );
    }

    /// <summary>
    /// Found by the simulator: the validator gave up waiting, the job went on (protocol 9.5), and its result was paid for and not taken.
    /// </summary>
    [Fact]
    public async Task Run_ValidatorGaveUpWaitingAndTheJobCompletes_IsPaidOnce()
    {
        var (run, paid) = await RunAsync("late:20,stuck:received", new JsonObject { ["max_attempts"] = 1 });
        Assert.True((string?)run["status"] == "completed", run.ToJsonString());
        Assert.Equal(1, paid);
    }

    [Fact]
    public async Task Run_ValidatorGaveUpWaitingAndTheJobNeverEnds_GoesOnAtItsBound()
    {
        var (run, paid) = await RunAsync("late:100000", new JsonObject { ["max_attempts"] = 1 });
        Assert.Equal(
            ("horde_failed", "unhandled_exception"),
            ((string?)run["outcome"]!["failure"]!["class"], (string?)run["outcome"]!["failure"]!["reason"])
        );
        Assert.Equal(1, paid);
    }

    [Fact]
    public async Task Run_TimeIsOver_EndsAsTimedOutAndBuysNothingMore()
    {
        var (run, paid) = await RunAsync(
            "rejected:busy",
            new JsonObject
            {
                ["max_attempts"] = 20,
                ["timeout_seconds"] = 250,
                ["backoff_seconds"] = 3600,
            }
        );
        Assert.Equal("timed_out", (string?)run["status"]);
        Assert.Equal(1, paid);
    }

    private static async Task<(JsonObject Run, long Paid)> RunAsync(string script, JsonObject policy)
    {
        await using var horde = await VirtualHorde.StartAsync(VirtualHorde.NewClock(), poll: TimeSpan.FromSeconds(5));
        horde.Emulator.SetBehaviourForTag("late#", script);
        var job = Jobs.Sha256("late", "/output/report.txt");
        job["policy"] = policy;
        using var answer = await horde.PostAsync("jobs", job, "late");
        var run = await horde.EndOfAsync("jobs/late");
        Assert.All(horde.Emulator.Counters.PaidCreatesByTag, static tag => Assert.Equal(1, tag.Value));
        return (run, horde.Emulator.Counters.Creates);
    }
}
