using System.Runtime.CompilerServices;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Durable.Streaming;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Retention;

/// <summary>
/// All that a run or a batch leaves behind: its own orchestration and those called <c>&lt;name&gt;~…</c> (check, copies, lines, notices),
/// its request, result, outputs, URLs and keys. It goes together, its own orchestration last, so that a purge which was cut off is found
/// and ended. Claims of attempts and the ledger stay.
/// </summary>
internal sealed class RunRemains(BlobContainers containers, ISecretStore secrets)
{
    private const int DeletionsAtOnce = 16,
        PageSize = 500;

    private static readonly string[] Containers =
    [
        ContainerNames.Results,
        ContainerNames.Outputs,
        ContainerNames.JobUrls,
        ContainerNames.Requests,
        ContainerNames.Notices,
    ];

    /// <summary>
    /// How far the run or batch was examined that is being purged: a large one takes many ticks, and is looked through once.
    /// </summary>
    private Examination? _examined;

    /// <summary>
    /// Purges a run or batch that has ended, as far as the work of this tick allows, unless something of it is under way or ended later.
    /// </summary>
    public async Task PurgeAsync(DurableTaskClient durable, string name, PurgeWork work, CancellationToken cancellationToken)
    {
        var below = name + Names.Separator;
        if (!await IsOverAsync(durable, name, work, cancellationToken))
        {
            return;
        }

        foreach (var container in Containers)
        {
            await DeleteAsync(container, name + "/", work, cancellationToken);
            await DeleteAsync(container, below, work, cancellationToken);
        }

        await (await containers.GetBlobAsync(ContainerNames.JobUrls, name + ".json", cancellationToken)).DeleteIfExistsAsync(
            DeleteSnapshotsOption.None,
            conditions: null,
            cancellationToken
        );
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
        _examined = null;
    }

    /// <summary>Whether all that belongs to a run or batch is known to have ended long ago; what has, stays so.</summary>
    private async Task<bool> IsOverAsync(DurableTaskClient durable, string name, PurgeWork work, CancellationToken cancellationToken)
    {
        var examined = _examined?.Name == name ? _examined : new Examination(name, Continuation: null, IsOver: false);
        if (examined.IsOver)
        {
            return true;
        }

        var query = new OrchestrationQuery { InstanceIdPrefix = name + Names.Separator, PageSize = PageSize };
        await foreach (
            var page in durable.GetAllInstancesAsync(query).AsPages(examined.Continuation, PageSize).WithCancellation(cancellationToken)
        )
        {
            work.CountLooks(page.Values.Count);
            if (page.Values.Any(instance => !instance.IsCompleted || instance.LastUpdatedAt >= work.EndedBefore))
            {
                _examined = null;
                work.HeldBack++;
                return false;
            }

            if (work.IsDone && !string.IsNullOrEmpty(page.ContinuationToken))
            {
                _examined = examined with { Continuation = page.ContinuationToken };
                return false;
            }
        }

        _examined = examined with { IsOver = true };
        return true;
    }

    private static Task PurgeInstancesAsync(
        DurableTaskClient durable,
        string prefix,
        PurgeWork work,
        CancellationToken cancellationToken
    ) =>
        Parallel.ForEachAsync(
            WhileAllowed(
                durable.GetAllInstancesAsync(new OrchestrationQuery { InstanceIdPrefix = prefix, PageSize = PageSize }),
                work,
                cancellationToken
            ),
            new ParallelOptions { MaxDegreeOfParallelism = DeletionsAtOnce, CancellationToken = cancellationToken },
            async (instance, cancellation) =>
            {
                await durable.PurgeInstanceAsync(instance.InstanceId, cancellation);
                work.CountInstance();
            }
        );

    /// <summary>
    /// An empty request stays: the name is not given to another run while claims of this one's attempts are kept, under which nothing can
    /// be bought.
    /// </summary>
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
            WhileAllowed(client.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellationToken), work, cancellationToken),
            new ParallelOptions { MaxDegreeOfParallelism = DeletionsAtOnce, CancellationToken = cancellationToken },
            async (blob, cancellation) =>
            {
                await client
                    .GetBlobClient(blob.Name)
                    .DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, conditions: null, cancellation);
                work.CountBlob();
            }
        );
    }

    private static async IAsyncEnumerable<T> WhileAllowed<T>(
        IAsyncEnumerable<T> items,
        PurgeWork work,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (var item in items.WithCancellation(cancellationToken))
        {
            if (work.IsDone)
            {
                yield break;
            }

            yield return item;
        }
    }

    private sealed record Examination(string Name, string? Continuation, bool IsOver);
}
