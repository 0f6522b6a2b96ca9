using System.Globalization;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Limits;

/// <summary>
/// The places of limited namespaces: container <c>places</c>, one empty blob each, all facts in metadata. <c>waiting/</c> runs that ask for
/// one, <c>held/</c> runs that have one, <c>used/</c> what runs of the last day took.
/// </summary>
internal sealed class Places(BlobContainers containers, TimeProvider timeProvider)
{
    private const string Waiting = "waiting/",
        Held = "held/",
        Used = "used/";
    private const string Namespace = "ns",
        Priority = "priority",
        At = "at",
        MaxInFlight = "max",
        SecondsPerDay = "perday",
        Seconds = "seconds";

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private int _asked;

    /// <summary>Whether somebody in this process has asked for a place since the last call.</summary>
    public bool TakeAsked() => Interlocked.Exchange(ref _asked, 0) != 0;

    /// <summary>Asks for a place. Asking again changes nothing, and the first time counts.</summary>
    /// <returns>Whether the run has one.</returns>
    public async Task<bool> AskAsync(string run, PlaceRequest place, CancellationToken cancellationToken)
    {
        var container = await ContainerAsync(cancellationToken);
        if (await container.GetBlobClient(Held + run).ExistsAsync(cancellationToken))
        {
            return true;
        }

        var metadata = MetadataOf(place.Namespace);
        metadata[Priority] = place.Priority.ToString(CultureInfo.InvariantCulture);
        if (place.MaxInFlight is { } most)
        {
            metadata[MaxInFlight] = most.ToString(CultureInfo.InvariantCulture);
        }

        if (place.ExecutorSecondsPerDay is { } seconds)
        {
            metadata[SecondsPerDay] = seconds.ToString("R", CultureInfo.InvariantCulture);
        }

        await container.GetBlobClient(Waiting + run).TryCreateAsync(BinaryData.Empty, cancellationToken, metadata);
        Volatile.Write(ref _asked, 1);
        return false;
    }

    /// <summary>Gives a run its place. Only the admission may.</summary>
    public async Task HoldAsync(WaitingRun run, CancellationToken cancellationToken) =>
        await (await ContainerAsync(cancellationToken))
            .GetBlobClient(Held + run.Run)
            .TryCreateAsync(BinaryData.Empty, cancellationToken, MetadataOf(run.Place.Namespace));

    /// <summary>Takes a run out of the queue, once it has been told.</summary>
    public Task StopWaitingAsync(string run, CancellationToken cancellationToken) => DeleteAsync(Waiting + run, cancellationToken);

    /// <summary>Gives back what a run holds or waits for, and notes what it took.</summary>
    public async Task ReleaseAsync(string run, PlaceRequest place, double executorSeconds, CancellationToken cancellationToken)
    {
        if (executorSeconds > 0)
        {
            var metadata = MetadataOf(place.Namespace);
            metadata[Seconds] = executorSeconds.ToString("R", CultureInfo.InvariantCulture);
            await (await ContainerAsync(cancellationToken))
                .GetBlobClient(Used + run)
                .TryCreateAsync(BinaryData.Empty, cancellationToken, metadata);
        }

        await ForgetAsync(run, cancellationToken);
    }

    /// <summary>Gives back what a run holds that has ended some other way.</summary>
    public async Task ForgetAsync(string run, CancellationToken cancellationToken)
    {
        await DeleteAsync(Waiting + run, cancellationToken);
        await DeleteAsync(Held + run, cancellationToken);
    }

    public async Task<List<WaitingRun>> WaitingAsync(CancellationToken cancellationToken)
    {
        var waiting = new List<WaitingRun>();
        await foreach (var item in ListAsync(Waiting, cancellationToken))
        {
            waiting.Add(
                new WaitingRun(
                    item.Name[Waiting.Length..],
                    new PlaceRequest(NamespaceOf(item), int.Parse(item.Metadata[Priority], CultureInfo.InvariantCulture))
                    {
                        MaxInFlight = item.Metadata.TryGetValue(MaxInFlight, out var most)
                            ? int.Parse(most, CultureInfo.InvariantCulture)
                            : null,
                        ExecutorSecondsPerDay = item.Metadata.TryGetValue(SecondsPerDay, out var seconds)
                            ? double.Parse(seconds, CultureInfo.InvariantCulture)
                            : null,
                    },
                    TimeOf(item)
                )
            );
        }

        return waiting;
    }

    /// <summary>Run to namespace, of all runs that hold a place.</summary>
    public async Task<Dictionary<string, string>> HeldAsync(CancellationToken cancellationToken)
    {
        var held = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var item in ListAsync(Held, cancellationToken))
        {
            held[item.Name[Held.Length..]] = NamespaceOf(item);
        }

        return held;
    }

    /// <summary>Namespace to executor seconds that its runs of the last 24 hours took. Older notes are thrown away.</summary>
    public async Task<Dictionary<string, double>> UsedAsync(CancellationToken cancellationToken)
    {
        var used = new Dictionary<string, double>(StringComparer.Ordinal);
        var now = timeProvider.GetUtcNow();
        await foreach (var item in ListAsync(Used, cancellationToken))
        {
            // A note of the days to come is from a clock that was wrong, and would count until they have come.
            if ((now - TimeOf(item)).Duration() > Day)
            {
                await DeleteAsync(item.Name, cancellationToken);
                continue;
            }

            var name = NamespaceOf(item);
            used[name] = used.GetValueOrDefault(name) + double.Parse(item.Metadata[Seconds], CultureInfo.InvariantCulture);
        }

        return used;
    }

    private async IAsyncEnumerable<BlobItem> ListAsync(
        string prefix,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (
            var item in (await ContainerAsync(cancellationToken)).GetBlobsAsync(
                BlobTraits.Metadata,
                BlobStates.None,
                prefix,
                cancellationToken
            )
        )
        {
            yield return item;
        }
    }

    // Metadata is headers: a namespace may hold what those cannot.
    private Dictionary<string, string> MetadataOf(string jobNamespace) =>
        new(StringComparer.OrdinalIgnoreCase)
        {
            [Namespace] = "n" + Uri.EscapeDataString(jobNamespace),
            [At] = timeProvider.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
        };

    private static string NamespaceOf(BlobItem item) => Uri.UnescapeDataString(item.Metadata[Namespace][1..]);

    private static DateTimeOffset TimeOf(BlobItem item) =>
        DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(item.Metadata[At], CultureInfo.InvariantCulture));

    private async Task DeleteAsync(string name, CancellationToken cancellationToken) =>
        await (await ContainerAsync(cancellationToken)).DeleteBlobIfExistsAsync(
            name,
            DeleteSnapshotsOption.None,
            conditions: null,
            cancellationToken
        );

    private ValueTask<BlobContainerClient> ContainerAsync(CancellationToken cancellationToken) =>
        containers.GetAsync(ContainerNames.Places, cancellationToken);
}
