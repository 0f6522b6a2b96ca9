using ComputeHorde.Sdk;

namespace ComputeHorde.Fallback;

/// <summary>Looks at jobs: what they wrote to their blobs, and what the provider says of their machines.</summary>
internal sealed class JobObserver(
    IFallbackProvider provider,
    TimeProvider time,
    JobBlobs blobs,
    JobResults results,
    JobJudge judge,
    JobEnding ending
)
{
    /// <summary>Brings a record up to what storage and provider say.</summary>
    public async Task<(JobRecord Record, IReadOnlyList<StageTime> Stages)> ObserveAsync(
        JobRecord record,
        MachineLook look,
        CancellationToken cancellationToken
    )
    {
        if (record.Verdict is { } known)
        {
            return (record, known.Stages);
        }

        if (await results.FindVerdictAsync(record, cancellationToken) is { } result)
        {
            record = await ending.ConcludeAsync(record, result, cancellationToken);
            return (record, result.Stages);
        }

        var seen = await results.FindStagesAsync(record, cancellationToken);
        var now = time.GetUtcNow();
        if (record.MachineId is { } machine && (look.IsGone || judge.IsSuspect(record, seen?.SeenAt, now)))
        {
            // Where names are ids there is one machine. Elsewhere one that was ended as a second one may just have claimed the job.
            var right = machine == record.MachineName ? machine : await blobs.FindClaimantAsync(record.Id, cancellationToken) ?? machine;

            // A list may lag: only the answer to the very question counts.
            look = MachineLook.Of(await provider.GetAsync(right, cancellationToken));
        }

        if (record.MachineId is null || judge.Judge(record, seen, look, now) is not { } verdict)
        {
            return (record, seen?.Stages ?? []);
        }

        record = await ending.ConcludeAsync(record, await ExplainAsync(record, verdict, look, cancellationToken), cancellationToken);
        return (record, record.Verdict!.Stages);
    }

    /// <summary>A job that never began may have said why in its machine's log: its image has no tool to write to storage with.</summary>
    private async Task<JobVerdict> ExplainAsync(JobRecord record, JobVerdict verdict, MachineLook look, CancellationToken cancellationToken)
    {
        if (verdict.Stages.Count > 0 || look.Machine is not { } machine)
        {
            return verdict;
        }

        var marker = $"##CH {record.Nonce} result ";
        var line = (await provider.ReadLogsAsync(machine.Id, cancellationToken))
            .Split('\n')
            .LastOrDefault(line => line.Contains(marker, StringComparison.Ordinal));
        return line?.Contains("no_transfer_tool", StringComparison.Ordinal) == true
                ? verdict with
                {
                    Reason = "no_transfer_tool",
                    Message = "The image has none of curl, wget and python3, and none could be installed.",
                }
            : line?.Contains("storage_unreachable", StringComparison.Ordinal) == true
                ? verdict with
                {
                    Reason = "storage_unreachable",
                    Message = "The machine could not reach the storage.",
                }
            : verdict;
    }

    /// <summary>The job as it is shown, with its result once it has one.</summary>
    public async Task<FallbackJob> WithResultAsync(
        (JobRecord Record, IReadOnlyList<StageTime> Stages) observed,
        CancellationToken cancellationToken
    )
    {
        var record = observed.Record;
        if (record.Verdict is not { } verdict)
        {
            return JobView.Of(record, observed.Stages);
        }

        var output = (
            Stdout: await results.ReadTextAsync(record, JobBlobs.Stdout, cancellationToken),
            Stderr: await results.ReadTextAsync(record, JobBlobs.Stderr, cancellationToken)
        );
        var result =
            verdict.Status == JobStatus.Completed.Value
                ? new JobResult
                {
                    Stdout = output.Stdout,
                    Stderr = output.Stderr,
                    Artifacts = await results.ReadArtifactsAsync(record, cancellationToken),
                }
                : null;
        return JobView.Of(record, observed.Stages, result, output);
    }
}
