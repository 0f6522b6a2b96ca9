using System.Globalization;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace ComputeHorde.Durable.Storage;

/// <summary>
/// Who may buy the job of an attempt: container <c>attempts</c>, one empty blob an attempt, all its facts in metadata. A claim is written
/// before the facilitator is asked and never deleted: a queue may deliver a purchase again days later, and finds that it was made. A
/// life-cycle rule removes claims after 30 days.
/// </summary>
internal sealed class AttemptClaims(BlobContainers containers, TimeProvider timeProvider)
{
    private const string Owner = "owner",
        State = "state",
        Requested = "requested",
        Requests = "requests",
        Uuid = "uuid";

    private static readonly string ThisProcess = Guid.NewGuid().ToString("N");

    private readonly SemaphoreSlim[] _gates = [.. Enumerable.Range(0, 256).Select(_ => new SemaphoreSlim(1, 1))];

    /// <summary>What was scheduled before this moment may have been run by a process that is no more.</summary>
    public DateTimeOffset ProcessStarted { get; } = timeProvider.GetUtcNow();

    /// <summary>Lets one execution at a time, in this process, work at an attempt.</summary>
    /// <returns>Dispose it to let the next one in.</returns>
    public async Task<IDisposable> EnterAsync(AttemptKey key, CancellationToken cancellationToken)
    {
        // By a sum of its own: the runtime's differs from process to process, and with it who waits for whom.
        var gate = _gates[key.Path.Aggregate(0U, static (sum, letter) => (sum * 31) + letter) % _gates.Length];
        await gate.WaitAsync(cancellationToken);
        return new Exit(gate);
    }

    /// <summary>Claims an attempt, or takes over the claim of an execution that may have died.</summary>
    /// <returns>The claim; null when another execution took it over at this very moment.</returns>
    public async Task<AttemptClaim?> ClaimAsync(AttemptKey key, CancellationToken cancellationToken)
    {
        var blob = await BlobAsync(key, cancellationToken);
        var claim = new AttemptClaim(key, AttemptState.Claimed) { IsNew = true };
        try
        {
            BlobContentInfo created = await blob.UploadAsync(
                BinaryData.Empty,
                new BlobUploadOptions
                {
                    Metadata = MetadataOf(claim),
                    Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
                },
                cancellationToken
            );
            return claim with { ETag = created.ETag };
        }
        catch (RequestFailedException exception) when (exception.Status is 409 or 412)
        {
            BlobProperties known = await blob.GetPropertiesAsync(conditions: null, cancellationToken);
            claim = Read(key, known);
            return claim.State == AttemptState.Claimed ? await TryWriteAsync(blob, claim, cancellationToken) : claim;
        }
    }

    /// <summary>Notes that a request which may buy the job is about to be sent.</summary>
    /// <exception cref="LostClaimException">Another execution has taken the attempt over, and may send one of its own.</exception>
    public async Task<AttemptClaim> NoteRequestAsync(AttemptClaim claim, CancellationToken cancellationToken) =>
        await TryWriteAsync(
            await BlobAsync(claim.Key, cancellationToken),
            claim with
            {
                RequestedAt = timeProvider.GetUtcNow(),
                Requests = claim.Requests + 1,
            },
            cancellationToken
        ) ?? throw new LostClaimException(claim.Key);

    /// <summary>Notes the job of an attempt. It was bought: that is true whoever holds the claim. A tombstone stays one.</summary>
    /// <returns>The claim; its state is <see cref="AttemptState.Settled"/> when the run has ended meanwhile.</returns>
    public async Task<AttemptClaim> SetBoughtAsync(AttemptKey key, string jobUuid, bool hasEnded, CancellationToken cancellationToken)
    {
        var blob = await BlobAsync(key, cancellationToken);
        while (true)
        {
            BlobProperties known = await blob.GetPropertiesAsync(conditions: null, cancellationToken);
            var claim = Read(key, known);
            var state =
                claim.State == AttemptState.Settled ? AttemptState.Settled
                : hasEnded ? AttemptState.Ended
                : AttemptState.Bought;
            if (await TryWriteAsync(blob, claim with { State = state, JobUuid = jobUuid }, cancellationToken) is { } bought)
            {
                return bought;
            }
        }
    }

    /// <summary>Makes the claim a tombstone: the run has ended, and no execution may buy for this attempt any more.</summary>
    public async Task SettleAsync(AttemptKey key, CancellationToken cancellationToken)
    {
        var blob = await BlobAsync(key, cancellationToken);
        try
        {
            BlobProperties known = await blob.GetPropertiesAsync(conditions: null, cancellationToken);
            await blob.SetMetadataAsync(
                MetadataOf(Read(key, known) with { State = AttemptState.Settled }),
                conditions: null,
                cancellationToken
            );
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            // Never claimed: the tombstone still keeps a purchase that is on its way from being made.
            await blob.UploadAsync(
                BinaryData.Empty,
                new BlobUploadOptions { Metadata = MetadataOf(new AttemptClaim(key, AttemptState.Settled)) },
                cancellationToken
            );
        }
    }

    private static async Task<AttemptClaim?> TryWriteAsync(BlobClient blob, AttemptClaim claim, CancellationToken cancellationToken)
    {
        try
        {
            BlobInfo written = await blob.SetMetadataAsync(
                MetadataOf(claim),
                new BlobRequestConditions { IfMatch = claim.ETag },
                cancellationToken
            );
            return claim with { ETag = written.ETag };
        }
        catch (RequestFailedException exception) when (exception.Status == 412)
        {
            return null;
        }
    }

    private static AttemptClaim Read(AttemptKey key, BlobProperties known)
    {
        var metadata = known.Metadata;
        return new AttemptClaim(key, Enum.Parse<AttemptState>(metadata[State], ignoreCase: true))
        {
            ETag = known.ETag,
            JobUuid = metadata.TryGetValue(Uuid, out var uuid) ? uuid : null,
            RequestedAt = metadata.TryGetValue(Requested, out var requested)
                ? DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(requested, CultureInfo.InvariantCulture))
                : null,
            Requests = metadata.TryGetValue(Requests, out var requests) ? int.Parse(requests, CultureInfo.InvariantCulture) : 0,
        };
    }

    private static Dictionary<string, string> MetadataOf(AttemptClaim claim)
    {
        var metadata = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            [Owner] = ThisProcess,
            [State] = claim.State.ToString().ToLowerInvariant(),
        };
        if (claim.RequestedAt is { } requested)
        {
            metadata[Requested] = requested.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
            metadata[Requests] = claim.Requests.ToString(CultureInfo.InvariantCulture);
        }

        if (claim.JobUuid is { } uuid)
        {
            metadata[Uuid] = uuid;
        }

        return metadata;
    }

    private async Task<BlobClient> BlobAsync(AttemptKey key, CancellationToken cancellationToken) =>
        (await containers.GetAsync(ContainerNames.Attempts, cancellationToken)).GetBlobClient(key.Path);

    private sealed class Exit(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}
