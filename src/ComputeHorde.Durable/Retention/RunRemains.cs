using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Durable.Streaming;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Retention;

/// <summary>
/// All that a run or a batch leaves behind: its own orchestration and those called <c>&lt;name&gt;~…</c> (check, copies, lines, notices), its request, result, outputs,
/// URLs and keys. It goes together, its own orchestration last, so that a purge which was cut off is found and ended. Claims of attempts and the ledger stay.
/// </summary>
internal sealed class RunRemains(BlobContainers containers, ISecretStore secrets)
{
    private const int DeletionsAtOnce = 16, PageSize = 100;

    private static readonly OrchestrationRuntimeStatus[] Live =
        [OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Suspended];

    private static readonly string[] Containers =
        [ContainerNames.Results, ContainerNames.Outputs, ContainerNames.JobUrls, ContainerNames.Requests, ContainerNames.Notices];

    /// <summary>Purges a run or batch that has ended, as far as the work of this tick allows, unless something of it is under way or ended later.</summary>
    public async Task PurgeAsync(DurableTaskClient durable, string name, PurgeWork work, CancellationToken cancellationToken)
    {
        var below = name + Names.Separator;
        if (await AnyAsync(durable, new OrchestrationQuery { InstanceIdPrefix = below, Statuses = Live }, static _ => true, cancellationToken)
            || await AnyAsync(durable, new OrchestrationQuery { InstanceIdPrefix = below }, instance => instance.LastUpdatedAt >= work.EndedBefore, cancellationToken))
        {
            work.HeldBack++;
            return;
        }

        foreach (var container in Containers)
        {
            await DeleteAsync(container, name + "/", work, cancellationToken);
            await DeleteAsync(container, below, work, cancellationToken);
        }

        await (await containers.GetBlobAsync(ContainerNames.JobUrls, name + ".json", cancellationToken)).DeleteIfExistsAsync(DeleteSnapshotsOption.None, conditions: null, cancellationToken);
        await secrets.ForgetAsync(name + "/", cancellationToken);
        await secrets.ForgetAsync(below, cancellationToken);
        await PurgeInstancesAsync(durable, below, work, cancellationToken);
        if (work.IsDone)
        {
            return;
        }

        await BuryRequestAsync(name, cancellationToken);
        await durable.PurgeInstanceAsync(name, cancellationToken);
        work.CountInstance();
        work.Runs++;
    }

    private static async Task<bool> AnyAsync(
        DurableTaskClient durable, OrchestrationQuery query, Func<OrchestrationMetadata, bool> condition, CancellationToken cancellationToken)
    {
        await foreach (var instance in durable.GetAllInstancesAsync(query with { PageSize = PageSize }).WithCancellation(cancellationToken))
        {
            if (condition(instance))
            {
                return true;
            }
        }

        return false;
    }

    private static async Task PurgeInstancesAsync(DurableTaskClient durable, string prefix, PurgeWork work, CancellationToken cancellationToken)
    {
        await foreach (var instance in durable.GetAllInstancesAsync(new OrchestrationQuery { InstanceIdPrefix = prefix, PageSize = PageSize }).WithCancellation(cancellationToken))
        {
            if (work.IsDone)
            {
                return;
            }

            await durable.PurgeInstanceAsync(instance.InstanceId, cancellationToken);
            work.CountInstance();
        }
    }

    /// <summary>An empty request stays: the name is not given to another run while claims of this one's attempts are kept, under which nothing can be bought.</summary>
    private async Task BuryRequestAsync(string name, CancellationToken cancellationToken)
    {
        var blob = await containers.GetBlobAsync(ContainerNames.Requests, name + ".json", cancellationToken);
        if (await blob.ExistsAsync(cancellationToken))
        {
            await blob.UploadAsync(BinaryData.Empty, overwrite: true, cancellationToken);
        }
    }

    private async Task DeleteAsync(string container, string prefix, PurgeWork work, CancellationToken cancellationToken)
    {
        var client = await containers.GetAsync(container, cancellationToken);
        await Parallel.ForEachAsync(
            ListAsync(client, prefix, work, cancellationToken),
            new ParallelOptions { MaxDegreeOfParallelism = DeletionsAtOnce, CancellationToken = cancellationToken },
            async (blob, cancellation) =>
            {
                await client.GetBlobClient(blob).DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, conditions: null, cancellation);
                work.CountBlob();
            });
    }

    private static async IAsyncEnumerable<string> ListAsync(
        BlobContainerClient client, string prefix, PurgeWork work, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var item in client.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellationToken))
        {
            if (work.IsDone)
            {
                yield break;
            }

            yield return item.Name;
        }
    }
}
