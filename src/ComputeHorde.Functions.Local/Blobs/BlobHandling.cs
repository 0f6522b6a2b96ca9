using System.Text.Json;
using Azure;
using Azure.Storage.Queues;
using ComputeHorde.Functions.Local.Invocation;
using ComputeHorde.Functions.Local.Queues;
using ComputeHorde.Functions.Local.Settings;
using ComputeHorde.Functions.Local.Storage;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Functions.Local.Blobs;

/// <summary>One version of a blob: attempts until the function succeeds or the poison threshold is reached, then the receipt.</summary>
internal sealed class BlobHandling(
    RunnableFunction function,
    QueueClient poisonQueue,
    HostJson settings,
    HostState state,
    FunctionRunner runner,
    ILogger logger
)
{
    /// <summary>The queue that tells of blobs given up, shared by all functions.</summary>
    public const string PoisonQueue = "webjobs-blobtrigger-poison";

    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(200);

    /// <returns>Whether this version needs no more work.</returns>
    /// <exception cref="OperationCanceledException">The host stops: the next one tries again.</exception>
    public async Task<bool> RunAsync(FoundBlob blob, BlobPath path, CancellationToken stopping)
    {
        var wait = FirstRetry;
        while (!stopping.IsCancellationRequested)
        {
            var attempt = state.BeginBlobAttempt(function.Name, blob.Name, blob.Version);
            var last = attempt >= settings.Blobs.PoisonBlobThreshold;

            // More attempts than that were begun only if earlier ones died with their process.
            if (attempt <= settings.Blobs.PoisonBlobThreshold && await SucceedsAsync(blob, path, attempt, stopping))
            {
                state.FinishBlob(function.Name, blob.Name, blob.Version);
                return true;
            }

            if (last)
            {
                await NotePoisonAsync(blob, attempt);
                state.FinishBlob(function.Name, blob.Name, blob.Version);
                return true;
            }

            await Task.Delay(wait, TimeProvider.System, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            wait *= 2;
        }

        return false;
    }

    private async Task<bool> SucceedsAsync(FoundBlob blob, BlobPath path, int attempt, CancellationToken stopping)
    {
        try
        {
            var reason = $"blob {blob.Container.Name}/{blob.Name}, attempt {attempt}";
            var input = new TriggerInput(blob, BlobBinding.Data(blob, path), reason);

            // Not the listener's token: the drain decides when running functions are cancelled.
            await runner.RunAsync(function, input, cancellation: CancellationToken.None);
            return true;
        }
        catch (Exception exception) when (runner.IsCuttingOff)
        {
            // It gave way to the host's stop, which is no failure of its own.
            state.TakeBackBlobAttempt(function.Name, blob.Name, blob.Version);
            throw new OperationCanceledException("The host stops.", exception, stopping);
        }
        catch (RequestFailedException exception) when (exception.Status is 404 or 412)
        {
            // Deleted or written again before it could be read: this version is no more, a newer one is found by the next scan.
            return !await StillExistsAsync(blob);
        }
        catch (Exception exception)
        {
            // The runner has logged it; here a failure means another attempt or the poison queue, unless storage itself was out.
            if (!OutageMonitor.IsOutage(exception) || await IsReachableAsync(blob))
            {
                return false;
            }

            state.TakeBackBlobAttempt(function.Name, blob.Name, blob.Version);
            throw;
        }
    }

    private async Task<bool> IsReachableAsync(FoundBlob blob)
    {
        try
        {
            return await blob.Container.ExistsAsync(runner.Closed);
        }
        catch (Exception exception) when (OutageMonitor.IsOutage(exception))
        {
            return false;
        }
    }

    private async Task<bool> StillExistsAsync(FoundBlob blob)
    {
        try
        {
            var properties = await blob.Container.GetBlobClient(blob.Name).GetPropertiesAsync(cancellationToken: runner.Closed);
            return properties.Value.ETag.ToString("H") == blob.Version;
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return false;
        }
    }

    private async Task NotePoisonAsync(FoundBlob blob, int attempts)
    {
        var note = JsonSerializer.Serialize(
            new
            {
                Type = "BlobTrigger",
                FunctionId = $"Host.Functions.{function.Name}",
                BlobType = "BlockBlob",
                ContainerName = blob.Container.Name,
                BlobName = blob.Name,
                ETag = blob.Version,
            }
        );
        await poisonQueue.CreateIfNotExistsAsync(cancellationToken: runner.Closed);
        // The blob listener of Azure writes Base64, whatever messageEncoding says of queues.
        await poisonQueue.SendMessageAsync(QueueBody.Encode(new BinaryData(note), base64: true), runner.Closed);
        logger.PoisonBlob(blob.Container.Name, blob.Name, blob.Version, attempts, PoisonQueue);
    }
}
