using ComputeHorde.Sdk;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Fallback;

/// <summary>Rents the machine of a job: once, whatever becomes of the answers, and never for more than was agreed.</summary>
internal sealed class MachineRental(
    IFallbackProvider provider,
    FallbackOptions options,
    TimeProvider time,
    ILogger logger,
    JobBlobs blobs,
    JobRecords records,
    JobEnding ending
)
{
    /// <summary>Rents a machine by the first offer that is not refused.</summary>
    public async Task<JobRecord> RentAsync(
        JobRecord record,
        MachinePlan plan,
        IReadOnlyList<MachineOffer> offers,
        CancellationToken cancellationToken
    )
    {
        FallbackException? refusal = null;
        foreach (var offer in offers)
        {
            try
            {
                return await TakeAsync(
                    record,
                    await provider.CreateAsync(plan, offer, cancellationToken),
                    offer.UsdPerHour,
                    cancellationToken
                );
            }
            catch (FallbackException exception) when (exception.Failure == FallbackFailure.Unknown)
            {
                if (await LookForAsync(record, cancellationToken) is { } found)
                {
                    return found;
                }

                throw;
            }
            catch (FallbackException exception) when (exception.Failure != FallbackFailure.Price)
            {
                refusal = exception;
                if (exception.Failure != FallbackFailure.NoCapacity)
                {
                    break;
                }
            }
        }

        await ClearRequestAsync(record, cancellationToken);
        throw refusal!;
    }

    /// <summary>Every offer was refused: the next call begins anew. A definition that found no machine may be left behind.</summary>
    private async Task ClearRequestAsync(JobRecord record, CancellationToken cancellationToken)
    {
        foreach (var machine in await provider.ListAsync(record.Id + "-", cancellationToken))
        {
            await provider.TerminateAsync(machine.Id, cancellationToken);
        }

        await records.SaveAsync(record with { RequestedAt = null }, cancellationToken);
    }

    /// <summary>After a request without an answer: the machine may exist, and may be missing from lists for a while.</summary>
    private async Task<JobRecord?> LookForAsync(JobRecord record, CancellationToken cancellationToken)
    {
        foreach (var pause in options.LookUpPauses)
        {
            await Task.Delay(pause, time, cancellationToken);
            if (await FindMachineAsync(record, cancellationToken) is { } machine)
            {
                return await AdoptAsync(record, machine, cancellationToken);
            }
        }

        return null;
    }

    /// <summary>Takes over the machine that an earlier call rented; null when it rented none for sure.</summary>
    public async Task<JobRecord?> AdoptAsync(JobRecord record, CancellationToken cancellationToken)
    {
        if (await FindMachineAsync(record, cancellationToken) is { } machine)
        {
            return await AdoptAsync(record, machine, cancellationToken);
        }

        if (await blobs.FindAsync(record.Id, JobBlobs.Claim, cancellationToken) is not null)
        {
            // There was a machine, and the job has begun on it: it is not begun again.
            return await ending.ConcludeAsync(
                record,
                new JobVerdict(JobStatus.HordeFailed.Value, "executor_disconnected", time.GetUtcNow()) { Message = "The machine is gone." },
                cancellationToken
            );
        }

        return time.GetUtcNow() - record.RequestedAt < options.CreateDoubt ? throw FallbackException.NoAnswerYet() : null;
    }

    private async Task<JobRecord> AdoptAsync(JobRecord record, Machine machine, CancellationToken cancellationToken)
    {
        await provider.EnsureStartedAsync(machine.Id, cancellationToken);
        return await TakeAsync(record, machine, price: null, cancellationToken);
    }

    /// <summary>The machine that has claimed a job, else the oldest; others are ended, as the job is not theirs.</summary>
    private async Task<Machine?> FindMachineAsync(JobRecord record, CancellationToken cancellationToken)
    {
        var machines = (await provider.ListAsync(record.Id + "-", cancellationToken))
            .OrderBy(static machine => machine.CreatedAt)
            .ThenBy(static machine => machine.Id, StringComparer.Ordinal)
            .ToList();
        if (machines.Count < 2)
        {
            return machines.FirstOrDefault();
        }

        var claimant = await blobs.FindClaimantAsync(record.Id, cancellationToken);
        var right = machines.Find(machine => machine.Id == claimant) ?? machines[0];
        foreach (var surplus in machines.Where(machine => machine != right))
        {
            await provider.TerminateAsync(surplus.Id, cancellationToken);
        }

        return right;
    }

    private async Task<JobRecord> TakeAsync(JobRecord record, Machine machine, decimal? price, CancellationToken cancellationToken)
    {
        var taken = record with { MachineId = machine.Id, MachineCreatedAt = machine.CreatedAt, UsdPerHour = machine.UsdPerHour ?? price };
        var bound = (taken.UsdPerHour ?? 0) * (decimal)(record.Deadline - (record.RequestedAt ?? record.CreatedAt)).TotalHours;
        if (bound > record.CostBoundUsd)
        {
            await provider.TerminateAsync(machine.Id, cancellationToken);
            await records.SaveAsync(record with { RequestedAt = null }, cancellationToken);
            throw new FallbackException(
                FallbackFailure.Price,
                $"{provider.Name} asks {taken.UsdPerHour} USD an hour for the machine that was rented, so that the job may cost {bound:0.00##} USD instead of {record.CostBoundUsd}. It was ended."
            );
        }

        var saved = await records.SaveAsync(taken, cancellationToken);
        logger.MachineRented(machine.Name, provider.Name, saved.UsdPerHour, record.CostBoundUsd);
        return saved;
    }
}
