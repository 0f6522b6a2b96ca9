using Azure.Storage.Blobs.Models;
using ComputeHorde.Durable.Storage;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Retention;

/// <summary>
/// Claims of attempts outlive their runs: a message may come again late, and must find that its job was bought. On Azure a life-cycle rule
/// removes them, everywhere this does, and with the last claim of a run the empty request that kept its name.
/// </summary>
internal sealed class OldClaims(BlobContainers containers, TimeProvider time)
{
    private const int PageSize = 500;

    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    private string? _continuation;

    /// <summary>Looks at a page of claims.</summary>
    public async Task PurgeAsync(DurableTaskClient durable, PurgeWork work, CancellationToken cancellationToken)
    {
        var container = await containers.GetAsync(ContainerNames.Attempts, cancellationToken);
        await foreach (
            var page in container
                .GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix: null, cancellationToken)
                .AsPages(_continuation, PageSize)
        )
        {
            foreach (var claim in page.Values.Where(claim => claim.Properties.LastModified < time.GetUtcNow() - Kept))
            {
                var run = AttemptKey.FromPath(claim.Name).InstanceId;
                if (await durable.GetInstanceAsync(run, cancellationToken) is null)
                {
                    await container.DeleteBlobIfExistsAsync(claim.Name, DeleteSnapshotsOption.None, conditions: null, cancellationToken);
                    await ForgetNameAsync(run, cancellationToken);
                    work.Claims++;
                }
            }

            _continuation = string.IsNullOrEmpty(page.ContinuationToken) ? null : page.ContinuationToken;
            return;
        }
    }

    private async Task ForgetNameAsync(string run, CancellationToken cancellationToken)
    {
        var blob = await containers.GetBlobAsync(ContainerNames.Requests, run + ".json", cancellationToken);
        if (
            await blob.ExistsAsync(cancellationToken)
            && (await blob.GetPropertiesAsync(conditions: null, cancellationToken)).Value.ContentLength == 0
        )
        {
            await blob.DeleteIfExistsAsync(DeleteSnapshotsOption.None, conditions: null, cancellationToken);
        }
    }
}
