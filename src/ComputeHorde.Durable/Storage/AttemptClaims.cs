using System.Globalization;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ComputeHorde.Durable.Hosting;

namespace ComputeHorde.Durable.Storage;

/// <summary>
/// Who may buy the job of an attempt: container <c>attempts</c>, one empty blob an attempt, all its facts in metadata. A claim is written
/// before the facilitator is asked and never deleted: a queue may deliver a purchase again days later, and finds that it was made. A
/// life-cycle rule removes claims after 30 days.
/// </summary>
internal sealed class AttemptClaims(BlobContainers containers, ProcessStart start, TimeProvider timeProvider)
{
    private const string Owner = "owner",
        State = "state",
        Requested = "requested",
        RequestedBy = "requestedby",
        Requests = "requests",
        Uuid = "uuid";

    private readonly string _process = Guid.NewGuid().ToString("N");

    private readonly SemaphoreSlim[] _gates = [.. Enumerable.Range(0, 256).Select(_ => new SemaphoreSlim(1, 1))];

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
    /// <param name="scheduledAt">
    /// When the purchase was asked for: one from before this process began may have been made by a process that is no more.
    /// </param>
    /// <returns>The claim; null when another execution took it over at this very moment.</returns>
    public async Task<AttemptClaim?> ClaimAsync(AttemptKey key, DateTimeOffset scheduledAt, CancellationToken cancellationToken)
    {
        var blob = await BlobAsync(key, cancellationToken);
        var claim = new AttemptClaim(key, AttemptState.Claimed) { IsFirst = scheduledAt >= start.At };
        try
        {
            var created = await blob.UploadAsync(
                BinaryData.Empty,
                new BlobUploadOptions
                {
                    Metadata = MetadataOf(claim),
                    Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
                },
                cancellationToken
            );
            return Doubted(claim with { ETag = created.Value.ETag }, created.GetRawResponse(), scheduledAt);
        }
        catch (RequestFailedException exception) when (exception.Status is 409 or 412)
        {
            var known = await blob.GetPropertiesAsync(conditions: null, cancellationToken);
            claim = Doubted(Read(key, known), known.GetRawResponse(), scheduledAt);
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
                LastRequest = new SentRequest(timeProvider.GetUtcNow(), timeProvider.GetTimestamp()),
                Requests = claim.Requests + 1,
            },
            cancellationToken
        ) ?? throw new LostClaimException(claim.Key);

    /// <summary>How long ago a request that may have bought the job was last sent, as well as it can be known.</summary>
    /// <returns>Null when none was sent.</returns>
    public TimeSpan? SinceLastRequest(AttemptClaim claim) =>
        claim.LastRequest is { } sent ? timeProvider.GetElapsedTime(sent.Timestamp) : null;

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

    /// <summary>
    /// Azurite, killed together with the process before this one, has forgotten its last seconds: a claim, or that a request was sent. So
    /// there nobody is known to be the first, and what was asked for before this process began counts as sent when it began.
    /// </summary>
    private AttemptClaim Doubted(AttemptClaim claim, Response answer, DateTimeOffset scheduledAt)
    {
        if (!answer.Headers.TryGetValue("Server", out var server) || !server.StartsWith("Azurite", StringComparison.OrdinalIgnoreCase))
        {
            return claim;
        }

        var isOlder = claim.LastRequest is not { } sent || sent.Timestamp < start.Timestamp;
        return claim with
        {
            IsFirst = false,
            LastRequest = scheduledAt < start.At && isOlder ? new SentRequest(start.At, start.Timestamp) : claim.LastRequest,
        };
    }

    private async Task<AttemptClaim?> TryWriteAsync(BlobClient blob, AttemptClaim claim, CancellationToken cancellationToken)
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

    private AttemptClaim Read(AttemptKey key, BlobProperties known)
    {
        var metadata = known.Metadata;
        return new AttemptClaim(key, Enum.Parse<AttemptState>(metadata[State], ignoreCase: true))
        {
            ETag = known.ETag,
            JobUuid = metadata.TryGetValue(Uuid, out var uuid) ? uuid : null,
            LastRequest = metadata.TryGetValue(Requested, out var requested)
                ? ReadRequest(long.Parse(requested, CultureInfo.InvariantCulture), metadata.TryGetValue(RequestedBy, out var by) ? by : "")
                : null,
            Requests = metadata.TryGetValue(Requests, out var requests) ? int.Parse(requests, CultureInfo.InvariantCulture) : 0,
        };
    }

    /// <summary>
    /// Of a request of this very process the timestamp is known: its clock may have been set since. Of another's only the time is; one that
    /// lies ahead of us counts as of now, and is written so when the claim is taken over.
    /// </summary>
    private SentRequest ReadRequest(long milliseconds, string by)
    {
        var at = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        if (by.Split('/') is [var process, var timestamp] && process == _process)
        {
            return new SentRequest(at, long.Parse(timestamp, CultureInfo.InvariantCulture));
        }

        var now = timeProvider.GetUtcNow();
        at = at < now ? at : now;
        return new SentRequest(at, timeProvider.GetTimestamp() - (long)((now - at).TotalSeconds * timeProvider.TimestampFrequency));
    }

    private Dictionary<string, string> MetadataOf(AttemptClaim claim)
    {
        var metadata = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            [Owner] = _process,
            [State] = claim.State.ToString().ToLowerInvariant(),
        };
        if (claim.LastRequest is { } sent)
        {
            metadata[Requested] = sent.At.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
            metadata[RequestedBy] = string.Create(CultureInfo.InvariantCulture, $"{_process}/{sent.Timestamp}");
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
