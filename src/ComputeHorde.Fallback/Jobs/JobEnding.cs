using ComputeHorde.Sdk;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Fallback;

/// <summary>Ends jobs: their machines first, then what is known of them for good.</summary>
internal sealed class JobEnding(
    IFallbackProvider provider,
    FallbackOptions options,
    TimeProvider time,
    ILogger logger,
    JobBlobs blobs,
    JobRecords records,
    JobResults results
)
{
    /// <summary>Ends the machine of a job that is over, looks for a result one last time, and decides for good.</summary>
    public async Task<JobRecord> ConcludeAsync(JobRecord record, JobVerdict verdict, CancellationToken cancellationToken)
    {
        var isResult = await blobs.FindAsync(record.Id, JobBlobs.Result, cancellationToken) is not null;
        try
        {
            record = await EndMachinesAsync(record, cancellationToken);
        }
        catch (FallbackException) when (isResult)
        {
            // What the job gave counts, whether the provider answers or not; its machine is ended later.
        }

        verdict = await results.FindVerdictAsync(record, cancellationToken) ?? verdict;
        logger.JobEnded(record.Id, verdict.Status, verdict.Reason);
        return await records.SaveAsync(record with { Verdict = verdict }, cancellationToken);
    }

    /// <summary>Ends all machines of a job, and notes what they cost.</summary>
    public async Task<JobRecord> EndMachinesAsync(JobRecord record, CancellationToken cancellationToken)
    {
        var ids = (await provider.ListAsync(record.Id + "-", cancellationToken))
            .Select(static machine => machine.Id)
            .ToHashSet(StringComparer.Ordinal);
        if (record.MachineId is { } own)
        {
            ids.Add(own);
        }

        foreach (var id in ids)
        {
            await provider.TerminateAsync(id, cancellationToken);
        }

        var now = time.GetUtcNow();
        if (record.MachineId is null && record.RequestedAt is { } requested && now - requested < options.CreateDoubt)
        {
            throw FallbackException.NoAnswerYet();
        }

        await blobs.RemoveInputsAsync(record.Id, cancellationToken);
        return record with { ReleasedAt = now, CostUsd = await CostAsync(record, now, cancellationToken) };
    }

    private async Task<decimal?> CostAsync(JobRecord record, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (record.MachineId is not { } id)
        {
            return 0;
        }

        try
        {
            if (await provider.GetCostAsync(id, cancellationToken) is { } billed)
            {
                return billed;
            }
        }
        catch (FallbackException)
        {
            // The bill can be read later; what follows is close to it.
        }

        var hours = Math.Max(0, (now - (record.MachineCreatedAt ?? now)).TotalHours);
        return record.UsdPerHour is { } price ? decimal.Round(price * (decimal)hours, 6) : null;
    }
}
