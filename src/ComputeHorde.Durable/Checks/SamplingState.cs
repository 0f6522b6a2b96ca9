using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Limits;
using ComputeHorde.Durable.Storage;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Retry;

namespace ComputeHorde.Durable.Checks;

/// <summary>What sampling remembers, for all hosts, in one blob changed under its ETag.</summary>
internal sealed class SamplingState(BlobContainers containers, IOptions<DurableOptions> options, TimeProvider timeProvider)
    : ITrustedUse,
        IDisposable
{
    private static readonly TimeSpan Stale = TimeSpan.FromSeconds(5);

    // Within a process one change after another, so that only other hosts can come in between.
    private readonly SemaphoreSlim _changing = new(1);

    // A host that lost a race waits a random while: without it the one that won can win again and again with its next change.
    private readonly ResiliencePipeline<bool> _untilWritten = new ResiliencePipelineBuilder<bool> { TimeProvider = timeProvider }
        .AddRetry(
            new RetryStrategyOptions<bool>
            {
                ShouldHandle = static written => ValueTask.FromResult(written.Outcome is { Exception: null, Result: false }),
                MaxRetryAttempts = 30,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = TimeSpan.FromMilliseconds(10),
                MaxDelay = TimeSpan.FromSeconds(1),
            }
        )
        .Build();
    private volatile Snapshot? _latest;

    public void Dispose() => _changing.Dispose();

    /// <summary>Whether jobs of a namespace are sampled more because one of them was caught, as of a few seconds ago.</summary>
    public async Task<bool> IsSuspectAsync(string jobNamespace, CancellationToken cancellationToken)
    {
        var known =
            _latest is { } latest && timeProvider.GetElapsedTime(latest.ReadAt) < Stale ? latest : await ReadAsync(cancellationToken);
        return known.History.Suspects.ContainsKey(jobNamespace);
    }

    /// <summary>Reserves trusted seconds for a job. A job that has a reservation keeps it.</summary>
    /// <returns>Whether the budget allows it.</returns>
    public async Task<bool> TryReserveAsync(
        string jobUuid,
        string jobNamespace,
        double seconds,
        double? share,
        CancellationToken cancellationToken
    )
    {
        var granted = false;
        await ChangeAsync(
            history =>
            {
                var changed = history.Has(jobUuid)
                    ? history
                    : history.Reserve(
                        new SampleReservation(jobUuid, jobNamespace, seconds, timeProvider.GetUtcNow()),
                        options.Value.TrustedSecondsPerHour,
                        share
                    );
                granted = changed is not null;
                return changed ?? history;
            },
            cancellationToken
        );
        return granted;
    }

    public Task RecordAsync(SampleVerdict verdict, CancellationToken cancellationToken) =>
        ChangeAsync(history => history.With(verdict, options.Value.CleanSamplesToTrust), cancellationToken);

    public async Task<IReadOnlyDictionary<string, double>> LastHourAsync(CancellationToken cancellationToken) =>
        (await ReadAsync(cancellationToken))
            .History.RecentAt(timeProvider.GetUtcNow())
            .GroupBy(static reservation => reservation.Namespace, StringComparer.Ordinal)
            .ToDictionary(
                static space => space.Key,
                static space => space.Sum(static reservation => reservation.Seconds),
                StringComparer.Ordinal
            );

    private async Task ChangeAsync(Func<SampleHistory, SampleHistory> change, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken);
        try
        {
            var isWritten = await _untilWritten.ExecuteAsync(
                async cancellation =>
                {
                    var known = await ReadAsync(cancellation);
                    var changed = change(known.History);
                    return ReferenceEquals(changed, known.History) || await TryWriteAsync(changed, known.ETag, cancellation);
                },
                cancellationToken
            );
            if (!isWritten)
            {
                throw new IOException("Other hosts change the sampling history all the time.");
            }
        }
        finally
        {
            _changing.Release();
        }
    }

    private async Task<Snapshot> ReadAsync(CancellationToken cancellationToken)
    {
        var blob = await BlobAsync(cancellationToken);
        Snapshot read;
        try
        {
            var stored = await blob.DownloadContentAsync(cancellationToken);
            read = new Snapshot(
                SnakeCaseJson.Read<SampleHistory>(stored.Value.Content),
                stored.Value.Details.ETag,
                timeProvider.GetTimestamp()
            );
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            read = new Snapshot(SampleHistory.Empty, null, timeProvider.GetTimestamp());
        }

        _latest = read;
        return read;
    }

    private async Task<bool> TryWriteAsync(SampleHistory history, ETag? etag, CancellationToken cancellationToken)
    {
        var blob = await BlobAsync(cancellationToken);
        try
        {
            var unchanged = etag is { } version
                ? new BlobRequestConditions { IfMatch = version }
                : new BlobRequestConditions { IfNoneMatch = ETag.All };
            _latest = null;
            await blob.UploadAsync(
                BinaryData.FromBytes(SnakeCaseJson.ToUtf8(history)),
                new BlobUploadOptions { Conditions = unchanged },
                cancellationToken
            );
            return true;
        }
        catch (RequestFailedException exception) when (exception.Status is 409 or 412)
        {
            return false;
        }
    }

    private async Task<BlobClient> BlobAsync(CancellationToken cancellationToken) =>
        (await containers.GetAsync(ContainerNames.Sampling, cancellationToken)).GetBlobClient("history.json");

    private sealed record Snapshot(SampleHistory History, ETag? ETag, long ReadAt);
}
