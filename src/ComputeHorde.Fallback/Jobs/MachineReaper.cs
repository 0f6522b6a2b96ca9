using System.Runtime.ExceptionServices;
using Azure;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Fallback;

/// <summary>
/// Ends machines of a deployment that nobody needs: past their deadline, of a job that is over, or a second one of a job.
/// </summary>
internal sealed class MachineReaper(IFallbackProvider provider, string prefix, TimeProvider time, ILogger logger, JobRecords records)
{
    /// <returns>How many were ended.</returns>
    public async Task<int> ReapAsync(CancellationToken cancellationToken)
    {
        var ended = 0;
        Exception? trouble = null;
        foreach (var machine in await provider.ListAsync(prefix, cancellationToken))
        {
            try
            {
                if (await IsNeedlessAsync(machine, cancellationToken))
                {
                    await provider.TerminateAsync(machine.Id, cancellationToken);
                    logger.MachineReaped(machine.Name, provider.Name);
                    ended++;
                }
            }
            catch (Exception exception) when (exception is FallbackException or RequestFailedException or AggregateException)
            {
                // The others are ended all the same.
                trouble = exception;
            }
        }

        if (trouble is not null)
        {
            ExceptionDispatchInfo.Throw(trouble);
        }

        return ended;
    }

    private async Task<bool> IsNeedlessAsync(Machine machine, CancellationToken cancellationToken)
    {
        var deadline = JobId.DeadlineOf(machine.Name);
        if (deadline is { } end && time.GetUtcNow() >= end)
        {
            return true;
        }

        var job = machine.Name[..machine.Name.LastIndexOf('-')];
        return await records.FindAsync(job, cancellationToken) is { } record
            && (record.Verdict is not null || record.ReleasedAt is not null || (record.MachineId is { } right && right != machine.Id));
    }
}
