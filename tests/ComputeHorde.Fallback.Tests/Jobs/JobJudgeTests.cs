using ComputeHorde.Sdk;

namespace ComputeHorde.Fallback.Tests.Jobs;

/// <summary>When a job without a result is over, and whose fault it is. Not to know is never a reason.</summary>
public sealed class JobJudgeTests
{
    private static readonly DateTimeOffset Rented = new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);

    private static readonly FallbackOptions Options = new();

    public static TheoryData<string, int, string?, int?, string?> Cases =>
        new()
        {
            // What the provider says, minutes since the renting, the last stage, minutes since the last sign of life, the reason (null: it
            // goes on).
            { "unknown", 1, null, null, null },
            { "starting", 14, null, null, null },
            { "starting", 15, null, null, "executor_spinup_failed" },
            { "running", 15, null, null, "entrypoint_not_overridden" },
            { "unknown", 15, null, null, "executor_spinup_failed" },
            { "gone", 1, null, null, "executor_spinup_failed" },
            { "ended", 1, null, null, "executor_spinup_failed" },
            { "unknown", 20, "volumes_ready", 8, null },
            { "running", 20, "volumes_ready", 8, null },
            { "running", 20, "volumes_ready", 10, "executor_disconnected" },
            { "gone", 3, "volumes_ready", 1, "executor_disconnected" },
            { "ended", 3, "executor_ready", 1, "executor_disconnected" },
            { "running", 60, "volumes_ready", 1, "timeout" },
            { "running", 60, "volumes_ready", 4, "executor_disconnected" },
        };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Judge_OfAJobWithoutAResult_SaysWhenItIsOver(string provider, int minutes, string? stage, int? silentFor, string? reason)
    {
        var now = Rented + TimeSpan.FromMinutes(minutes);
        (IReadOnlyList<StageTime>, DateTimeOffset)? seen = stage is null
            ? null
            : ([new StageTime(stage, Rented)], now - TimeSpan.FromMinutes(silentFor!.Value));

        var verdict = new JobJudge(Options).Judge(Record(), seen, Look(provider), now);

        Assert.Equal(reason, verdict?.Reason);
        Assert.Equal(
            reason is null ? null
                : reason == "timeout" ? JobStatus.Failed.Value
                : JobStatus.HordeFailed.Value,
            verdict?.Status
        );
    }

    [Theory]
    [InlineData("executor_ready", "volume_download")]
    [InlineData("volumes_ready", "execution")]
    [InlineData("execution_done", "result_upload")]
    public void Judge_OfAJobPastItsDeadline_NamesTheStage(string reached, string stage)
    {
        var now = Rented + TimeSpan.FromHours(1);

        Assert.Equal(
            stage,
            new JobJudge(Options).Judge(Record(), ([new StageTime(reached, Rented)], now), MachineLook.Unknown, now)!.Stage
        );
    }

    [Theory]
    [InlineData("2026-11-28T12:00:00Z")]
    [InlineData("2040-01-01T00:00:00Z")]
    public void Name_OfAMachine_HoldsItsDeadlineAndIsShort(string deadline)
    {
        var record = Record() with { Id = JobId.Of("abcdef", "run#1"), Deadline = DateTimeOffset.Parse(deadline) };

        Assert.Equal(record.Deadline, JobId.DeadlineOf(record.MachineName));
        Assert.True(
            record.MachineName.Length < 32
                && record.MachineName.StartsWith("ch-abcdef-", StringComparison.Ordinal)
                && !record.MachineName.Contains("--", StringComparison.Ordinal),
            record.MachineName
        );
        Assert.NotEqual(JobId.Of("abcdef", "run#1"), JobId.Of("abcdef", "run#2"));
    }

    private static MachineLook Look(string provider) =>
        provider switch
        {
            "unknown" => MachineLook.Unknown,
            "gone" => MachineLook.Of(null),
            _ => MachineLook.Of(new Machine("pod", "name", Enum.Parse<MachineState>(provider, ignoreCase: true), Rented)),
        };

    private static JobRecord Record() =>
        new("ch-abcdef-x", "tag", "runpod")
        {
            ExecutorClass = "",
            DockerImage = "",
            CreatedAt = Rented,
            MachineId = "pod",
            MachineCreatedAt = Rented,
            Deadline = Rented + TimeSpan.FromHours(1),
            CostBoundUsd = 1,
            Nonce = "n",
        };
}
