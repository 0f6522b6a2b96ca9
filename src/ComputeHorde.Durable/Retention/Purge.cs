using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Storage;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Durable.Retention;

/// <summary>
/// Goes through the task hub for runs and batches that ended longer ago than the settings keep them, and purges each with all that belongs
/// to it. Each call does a bounded part of the work and the next goes on where it stopped; after a restart it begins anew, and what is
/// purged is not found any more.
/// </summary>
internal sealed class Purge(
    RunRemains remains,
    OldClaims claims,
    IOptions<DurableOptions> options,
    TimeProvider time,
    ILogger<Purge> logger
)
{
    private const int PageSize = 100,
        MostLooks = 20_000,
        MostDeletions = 5000;

    private static readonly OrchestrationRuntimeStatus[] Ended =
    [
        OrchestrationRuntimeStatus.Completed,
        OrchestrationRuntimeStatus.Failed,
        OrchestrationRuntimeStatus.Terminated,
    ];

    private string? _continuation;

    public async Task RunAsync(DurableTaskClient durable, CancellationToken cancellationToken)
    {
        if (options.Value.RetentionDays is not { } days)
        {
            return;
        }

        var work = new PurgeWork(time.GetUtcNow().AddDays(-days), MostDeletions, MostLooks);
        await PurgeRunsAsync(durable, work, cancellationToken);
        await claims.PurgeAsync(durable, work, cancellationToken);
        if (work.Runs + work.Claims + work.HeldBack > 0)
        {
            logger.Purged(work.Runs, work.Blobs, work.Claims, work.HeldBack);
        }
    }

    private async Task PurgeRunsAsync(DurableTaskClient durable, PurgeWork work, CancellationToken cancellationToken)
    {
        var query = new OrchestrationQuery
        {
            CreatedTo = work.EndedBefore,
            Statuses = Ended,
            PageSize = PageSize,
        };
        await foreach (var page in durable.GetAllInstancesAsync(query).AsPages(_continuation, PageSize).WithCancellation(cancellationToken))
        {
            foreach (var run in page.Values.Where(run => !run.InstanceId.Contains(Names.Separator) && run.LastUpdatedAt < work.EndedBefore))
            {
                await remains.PurgeAsync(durable, run.InstanceId, work, cancellationToken);
                if (work.IsDone)
                {
                    // The same page again, next time.
                    return;
                }
            }

            _continuation = string.IsNullOrEmpty(page.ContinuationToken) ? null : page.ContinuationToken;
            work.CountLooks(page.Values.Count);
            if (work.IsDone)
            {
                return;
            }
        }

        _continuation = null;
    }
}
