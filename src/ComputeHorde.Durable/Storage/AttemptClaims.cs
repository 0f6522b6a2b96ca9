using System.Globalization;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Runs;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Durable.Storage;

/// <summary>
/// The jobs in flight: one empty blob an attempt in container <c>inflight</c>, all its facts in metadata, so that one listing answers
/// "which jobs must be asked about". The blob is the claim on the attempt as well: written before the job is bought, kept until the run
/// is settled.
/// </summary>
public sealed class AttemptClaims
{
    private const string Owner = "owner", Claimed = "claimed", Uuid = "uuid", Seen = "seen", Changed = "changed", Ended = "ended";

    private static readonly string ThisProcess = Guid.NewGuid().ToString("N");

    private readonly BlobContainers _containers;
    private readonly TimeProvider _timeProvider;
    private readonly TimeSpan _createFence;
    private readonly SemaphoreSlim[] _gates = [.. Enumerable.Range(0, 256).Select(_ => new SemaphoreSlim(1, 1))];

    /// <summary>Uses container <c>inflight</c>.</summary>
    /// <param name="containers">The storage account.</param>
    /// <param name="options">How long another process may still be creating.</param>
    /// <param name="timeProvider">The clock.</param>
    public AttemptClaims(BlobContainers containers, IOptions<DurableOptions> options, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(options);
        _containers = containers;
        _timeProvider = timeProvider;
        _createFence = TimeSpan.FromSeconds(options.Value.CreateFenceSeconds);
    }

    /// <summary>Lets one execution at a time, in this process, work at an attempt.</summary>
    /// <param name="key">The attempt.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Dispose it to let the next one in.</returns>
    public async Task<IDisposable> EnterAsync(AttemptKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        var gate = _gates[(uint)key.Path.GetHashCode(StringComparison.Ordinal) % _gates.Length];
        await gate.WaitAsync(cancellationToken);
        return new Exit(gate);
    }

    /// <summary>Claims an attempt, or says what is known of an earlier claim.</summary>
    /// <param name="key">The attempt.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The claim. When it is contested, nothing may be created yet.</returns>
    public async Task<AttemptClaim> ClaimAsync(AttemptKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        var blob = await BlobAsync(key.Path, cancellationToken);
        var now = _timeProvider.GetUtcNow();
        var claim = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { [Owner] = ThisProcess, [Claimed] = Text(now) };
        return await blob.TryCreateAsync(BinaryData.Empty, cancellationToken, claim)
            ? new AttemptClaim(null, IsNew: true, IsContested: false)
            : await TakeOverAsync(blob, claim, now, cancellationToken);
    }

    /// <summary>Notes the job of an attempt, and what its run has been told about it.</summary>
    /// <param name="key">The attempt.</param>
    /// <param name="update">The job as the run knows it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task SetJobAsync(AttemptKey key, JobUpdate update, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        await SetJobAsync(key.Path, update, ETag.All, cancellationToken);
    }

    /// <summary>Notes what a run has been told about a job.</summary>
    /// <param name="job">The job as listed.</param>
    /// <param name="update">What the run was told.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task SetJobAsync(InFlightJob job, JobUpdate update, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        return SetJobAsync(job.Path, update, job.ETag, cancellationToken);
    }

    /// <summary>Lists the jobs that are bought and have not been seen to end.</summary>
    /// <param name="cancellationToken">Stops the listing.</param>
    /// <returns>The jobs, in no order.</returns>
    public async IAsyncEnumerable<InFlightJob> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var container = await _containers.GetAsync(ContainerNames.InFlight, cancellationToken);
        await foreach (var item in container.GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, prefix: null, cancellationToken))
        {
            if (item.Metadata.TryGetValue(Uuid, out var uuid) && !item.Metadata.ContainsKey(Ended))
            {
                var slash = item.Name.LastIndexOf('/');
                var suffix = item.Name[(slash + 1)..];
                yield return new InFlightJob(
                    item.Name,
                    item.Name[..slash],
                    int.Parse(suffix.StartsWith("trusted", StringComparison.Ordinal) ? suffix[7..] : suffix, CultureInfo.InvariantCulture),
                    uuid,
                    int.Parse(item.Metadata[Seen], CultureInfo.InvariantCulture),
                    Time(item.Metadata[Changed]),
                    item.Properties.ETag ?? ETag.All);
            }
        }
    }

    /// <summary>Forgets an attempt, once it cannot be created any more.</summary>
    /// <param name="key">The attempt.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task ReleaseAsync(AttemptKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        await (await BlobAsync(key.Path, cancellationToken)).DeleteIfExistsAsync(DeleteSnapshotsOption.None, conditions: null, cancellationToken);
    }

    private async Task<AttemptClaim> TakeOverAsync(BlobClient blob, Dictionary<string, string> claim, DateTimeOffset now, CancellationToken cancellationToken)
    {
        BlobProperties known = await blob.GetPropertiesAsync(conditions: null, cancellationToken);
        if (known.Metadata.TryGetValue(Uuid, out var uuid))
        {
            return new AttemptClaim(uuid, IsNew: false, IsContested: false);
        }

        if (known.Metadata[Owner] != ThisProcess && now - Time(known.Metadata[Claimed]) < _createFence)
        {
            return new AttemptClaim(null, IsNew: false, IsContested: true);
        }

        try
        {
            await blob.SetMetadataAsync(claim, new BlobRequestConditions { IfMatch = known.ETag }, cancellationToken);
            return new AttemptClaim(null, IsNew: false, IsContested: false);
        }
        catch (RequestFailedException exception) when (exception.Status == 412)
        {
            return new AttemptClaim(null, IsNew: false, IsContested: true);
        }
    }

    private async Task SetJobAsync(string path, JobUpdate update, ETag ifMatch, CancellationToken cancellationToken)
    {
        var metadata = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            [Owner] = ThisProcess,
            [Uuid] = update.JobUuid,
            [Seen] = update.History.Count.ToString(CultureInfo.InvariantCulture),
            [Changed] = Text(_timeProvider.GetUtcNow()),
        };
        if (update.HasEnded)
        {
            metadata[Ended] = "1";
        }

        var blob = await BlobAsync(path, cancellationToken);
        try
        {
            await blob.SetMetadataAsync(metadata, new BlobRequestConditions { IfMatch = ifMatch }, cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.Status is 404 or 412)
        {
            // Settled meanwhile, or noted by another poller: either knows at least as much.
        }
    }

    private async Task<BlobClient> BlobAsync(string path, CancellationToken cancellationToken) =>
        (await _containers.GetAsync(ContainerNames.InFlight, cancellationToken)).GetBlobClient(path);

    private static string Text(DateTimeOffset time) => time.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    private static DateTimeOffset Time(string text) => DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(text, CultureInfo.InvariantCulture));

    private sealed class Exit(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}
