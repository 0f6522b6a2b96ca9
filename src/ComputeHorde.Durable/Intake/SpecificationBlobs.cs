using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Storage;
using Grpc.Core;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.Intake;

/// <summary>
/// Starts runs from the specifications that land in container <c>jobs</c>. The polled and the Event Grid form do the same; an environment
/// disables one of them by <c>AzureWebJobs.&lt;name&gt;.Disabled</c>. If both are on, each specification still runs once.
/// </summary>
internal sealed class SpecificationBlobs(
    SpecificationIntake intake,
    BlobContainers containers,
    TimeProvider timeProvider,
    ILogger<SpecificationBlobs> logger
)
{
    /// <summary>The blobs that are specifications.</summary>
    public const string Path = ContainerNames.Jobs + "/{name}" + Extension;

    private const string Extension = ".json";

    private const int MaxOutagesInARow = 3;

    /// <summary>
    /// How old the specifications are that the sweep looks at: what is younger is with the trigger, and what is older was given up by Event
    /// Grid days ago, while the orchestration history that says that it ran may have been purged.
    /// </summary>
    private static readonly TimeSpan Youngest = TimeSpan.FromMinutes(2),
        Oldest = TimeSpan.FromDays(3);

    /// <summary>The polled form: Azurite, Elastic Premium, dedicated plans.</summary>
    /// <param name="blob">The specification. It is addressed by its name: the client that comes with the event drops a slash before
    /// it.</param>
    /// <param name="name">The blob's name without its extension.</param>
    /// <param name="cancellationToken">Ends the function when the host stops; the blob is found again.</param>
    [Function("JobSpecPolled")]
    public Task RunPolledAsync(
        [BlobTrigger(Path, Connection = StorageAccounts.Data)] BlobClient blob,
        [DurableClient] DurableTaskClient durable,
        string name,
        CancellationToken cancellationToken
    ) => intake.AcceptAsync(durable, name + Extension, cancellationToken);

    /// <summary>The Event Grid form: Flex Consumption has no other.</summary>
    /// <param name="blob">The specification, addressed by its name as in <see cref="RunPolledAsync"/>.</param>
    /// <param name="name">The blob's name without its extension.</param>
    /// <param name="cancellationToken">Ends the function when the host stops; the event comes again.</param>
    [Function("JobSpecEvent")]
    public Task RunEventAsync(
        [BlobTrigger(Path, Connection = StorageAccounts.Data, Source = BlobTriggerSource.EventGrid)] BlobClient blob,
        [DurableClient] DurableTaskClient durable,
        string name,
        CancellationToken cancellationToken
    ) => intake.AcceptAsync(durable, name + Extension, cancellationToken);

    /// <summary>
    /// Finds specifications without a run: an event that went missing leaves nothing undone. One that cannot be taken in keeps none of the
    /// others waiting.
    /// </summary>
    /// <param name="timer">Not used: what is due is decided by each blob's age.</param>
    /// <param name="cancellationToken">Ends the sweep when the host stops; the next one begins anew.</param>
    [Function("JobSpecSweep")]
    public async Task SweepAsync(
        [TimerTrigger("%ComputeHordeSweepSchedule%")] TimerInfo timer,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(durable);
        var container = await containers.GetAsync(ContainerNames.Jobs, cancellationToken);
        var now = timeProvider.GetUtcNow();
        var outages = 0;
        await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix: null, cancellationToken))
        {
            var age = now - (blob.Properties.LastModified ?? now);
            if (!blob.Name.EndsWith(Extension, StringComparison.Ordinal) || !IsLeftToTheSweep(age))
            {
                continue;
            }

            try
            {
                await TakeInAsync(durable, blob, cancellationToken);
                outages = 0;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                // Whatever it is, a later sweep tries again; only what befalls one blob after another is not the blob's own.
                logger.SpecificationNotTakenIn(blob.Name, StorageOutages.FirstLineOf(exception));
                outages = StorageOutages.IsOutage(exception) || exception is RpcException ? outages + 1 : 0;
                if (outages == MaxOutagesInARow)
                {
                    throw;
                }
            }
        }
    }

    /// <summary>A specification of the future is from before the clock was set back; its trigger may be as confused.</summary>
    private static bool IsLeftToTheSweep(TimeSpan age) => age.Duration() >= Youngest && age <= Oldest;

    private async Task TakeInAsync(DurableTaskClient durable, BlobItem blob, CancellationToken cancellationToken)
    {
        if (blob.Properties.ETag is { } version && !await intake.IsKnownAsync(durable, blob.Name, version, cancellationToken))
        {
            logger.SpecificationFound(blob.Name);
            await intake.AcceptAsync(durable, blob.Name, cancellationToken);
        }
    }
}
