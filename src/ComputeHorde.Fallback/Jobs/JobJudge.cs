using ComputeHorde.Sdk;

namespace ComputeHorde.Fallback;

/// <summary>Decides when a job without a result is over. A result in storage always wins over this.</summary>
internal sealed class JobJudge(FallbackOptions options)
{
    /// <summary>Why a job is over; null while it may go on.</summary>
    /// <param name="record">The job.</param>
    /// <param name="seen">Its stages and last sign of life; null before the first.</param>
    /// <param name="look">What the provider says of its machine.</param>
    /// <param name="now">The time.</param>
    public JobVerdict? Judge(
        JobRecord record,
        (IReadOnlyList<StageTime> Stages, DateTimeOffset SeenAt)? seen,
        MachineLook look,
        DateTimeOffset now
    )
    {
        if (seen is not { } alive)
        {
            return look.IsGone ? Over("executor_spinup_failed", "The machine was gone before the job began.")
                : look.Machine?.State == MachineState.Ended
                    ? Over("executor_spinup_failed", $"The machine ended before the job began ({look.Machine.RawState}).")
                : now < (record.MachineCreatedAt ?? record.CreatedAt) + options.StartLimit ? null
                : look.Machine?.State == MachineState.Running
                    ? Over(
                        "entrypoint_not_overridden",
                        $"The container runs, but the job has not begun within {options.StartLimit}: its ENTRYPOINT may not have been replaced."
                    )
                : Over("executor_spinup_failed", $"The job has not begun within {options.StartLimit}.");
        }

        var silence = now - alive.SeenAt;
        if (now >= record.Deadline)
        {
            return silence < options.SilenceLimit
                ? new JobVerdict(JobStatus.Failed.Value, "timeout", now)
                {
                    Stage = StageAfter(alive.Stages),
                    Message = "The job did not end within its limits.",
                    Stages = alive.Stages,
                }
                : Over("executor_disconnected", "The job was not heard of until its deadline.");
        }

        return look.IsGone ? Over("executor_disconnected", "The machine is gone.")
            : look.Machine?.State == MachineState.Ended
                ? Over("executor_disconnected", $"The machine has ended without a result ({look.Machine.RawState}).")
            : silence > options.SilenceLimit * 3
                ? Over("executor_disconnected", $"The job has been silent for {silence.TotalMinutes:0} minutes.")
            : null;

        JobVerdict Over(string reason, string message) =>
            new(JobStatus.HordeFailed.Value, reason, now) { Message = message, Stages = seen?.Stages ?? [] };
    }

    /// <summary>Whether the provider should be asked after the machine of this job itself.</summary>
    public bool IsSuspect(JobRecord record, DateTimeOffset? seenAt, DateTimeOffset now) =>
        seenAt is { } seen ? now - seen > options.SilenceLimit : now >= (record.MachineCreatedAt ?? record.CreatedAt) + options.StartLimit;

    /// <summary>The stage that a job was in, by the last one that it reached.</summary>
    private static string StageAfter(IReadOnlyList<StageTime> stages) =>
        (stages is [.., var last] ? last.Stage : "") switch
        {
            "executor_ready" => "volume_download",
            "volumes_ready" => "execution",
            _ => "result_upload",
        };
}
