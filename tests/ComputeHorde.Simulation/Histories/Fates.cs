using ComputeHorde.Simulation.Chaos;
using ComputeHorde.Simulation.Workloads;
using ComputeHorde.Simulation.World;

namespace ComputeHorde.Simulation.Histories;

/// <summary>One plan for each way in which orchestrations go and end, in a life without faults.</summary>
internal static class Fates
{
    public static Scenario Scenario { get; } =
        new()
        {
            Seed = 1,
            Weather = new Weather(),
            Plans =
            [
                Run("completed", "ok"),
                Run("outputs", "ok") with
                {
                    Job = Job("outputs", "ok") with { Outputs = 2 },
                },
                Run("second-attempt", "horde_failed:executor_disconnected,ok"),
                Run("attempts-used-up", "horde_failed:generic_error"),
                Run("failed", "failed:nonzero_return_code:3"),
                Run("turned-away", "rejected:busy,rejected:no_miner_for_job,ok"),
                Run("no-room", "rejected:busy"),
                Run("not-retried", "rejected:invalid_signature"),
                Run("refused", "error:400"),
                Run("lost", "stuck:sent,ok"),
                Run("stuck", "stuck:volumes_ready,ok"),
                Run("late", "late:90,stuck:received"),
                Run("evicted", "evict,ok"),
                Run("uncertain", "drop"),
                Run("timed-out", "stuck:accepted") with
                {
                    Job = Job("timed-out", "stuck:accepted") with { TimeoutSeconds = 120 },
                },
                Run("cancelled", "slow:volumes_ready:20") with
                {
                    CancelsAfter = TimeSpan.FromSeconds(10),
                },
                Checked("checked-match", "ok/ok"),
                Checked("checked-mismatch", "cheat/ok"),
                Checked("checked-failure", "failed:nonzero_return_code:3/ok"),
                Checked("checked-inconclusive", "ok/failed:nonzero_return_code:1"),
                Checked("checked-while-trusted-is-away", "ok/rejected:busy,stuck:sent,ok"),
                Checked("not-sampled", "ok") with
                {
                    Job = Job("not-sampled", "ok") with { Sampling = "never" },
                },
                Limited("place-first", "slow:execution_done:100"),
                Limited("place-second", "ok") with
                {
                    StartsAfter = TimeSpan.FromSeconds(5),
                },
                Limited("place-cancelled", "ok") with
                {
                    StartsAfter = TimeSpan.FromSeconds(6),
                    CancelsAfter = TimeSpan.FromSeconds(20),
                },
                Batch("batch"),
                Batch("batch-strict") with
                {
                    IsStrict = true,
                },
                Batch("batch-paused") with
                {
                    PausesAfter = TimeSpan.FromSeconds(1),
                    MaxParallel = 1,
                },
                Batch("batch-cancelled") with
                {
                    CancelsAfter = TimeSpan.FromSeconds(2),
                    MaxParallel = 1,
                },
                new SpecificationPlan("specification", Job("specification", "ok") with { Outputs = 1 }),
                new Snapshot(TimeSpan.FromSeconds(4)),
                new Snapshot(TimeSpan.FromSeconds(70)),
            ],
        };

    private static RunPlan Run(string name, string script) => new(name, Job(name, script));

    private static RunPlan Checked(string name, string script) =>
        Run(name, script) with
        {
            Job = Job(name, script) with { Sampling = "always" },
        };

    private static RunPlan Limited(string name, string script) =>
        Run(name, script) with
        {
            Job = Job(name, script) with { Namespace = "limited", MaxInFlight = 1 },
        };

    private static BatchPlan Batch(string name) =>
        new(
            name,
            [
                Job(name + "-1", "ok"),
                Job(name + "-2", "ok") with
                {
                    IsValid = false,
                },
                Job(name + "-3", "rejected:busy,ok") with
                {
                    Sampling = "always",
                },
            ],
            Door.Http
        );

    private static JobPlan Job(string name, string script) => new() { Word = name, Script = script };
}
