using Azure;
using Azure.Storage.Blobs.Models;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Storage;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Durable.Checks;

/// <summary>
/// What sampling remembers, in one blob changed under its ETag: the trusted seconds reserved in the last hour, and the namespaces that were caught
/// cheating a while ago.
/// </summary>
public sealed class SamplingState
{
    private static readonly TimeSpan Window = TimeSpan.FromHours(1), Stale = TimeSpan.FromSeconds(5);

    private readonly BlobContainers _containers;
    private readonly DurableOptions _options;
    private readonly TimeProvider _timeProvider;
    private (Page Page, ETag? ETag, DateTimeOffset ReadAt)? _cached;

    /// <summary>Uses container <c>sampling</c>.</summary>
    /// <param name="containers">The storage account.</param>
    /// <param name="options">The budget, and how long suspicion lasts.</param>
    /// <param name="timeProvider">The clock.</param>
    public SamplingState(BlobContainers containers, IOptions<DurableOptions> options, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_containers, _options, _timeProvider) = (containers, options.Value, timeProvider);
    }

    /// <summary>Whether jobs of a namespace are sampled more because one of them was caught.</summary>
    /// <param name="jobNamespace">The namespace; empty for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether it is under suspicion, as of a few seconds ago.</returns>
    public async Task<bool> IsSuspectAsync(string jobNamespace, CancellationToken cancellationToken)
    {
        var known = _cached is { } cached && _timeProvider.GetUtcNow() - cached.ReadAt < Stale ? cached : await ReadAsync(cancellationToken);
        return known.Page.Suspects.ContainsKey(jobNamespace);
    }

    /// <summary>Reserves trusted seconds for a job. A job that has a reservation keeps it.</summary>
    /// <param name="jobUuid">The job.</param>
    /// <param name="jobNamespace">Its namespace; empty for none.</param>
    /// <param name="seconds">What its trusted copy is expected to take.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether the budget of the last hour, and the fair share of the namespace in it, allow it.</returns>
    public async Task<bool> TryReserveAsync(string jobUuid, string jobNamespace, double seconds, CancellationToken cancellationToken)
    {
        var granted = false;
        await ChangeAsync(
            page =>
            {
                page.Reservations.RemoveAll(reservation => _timeProvider.GetUtcNow() - reservation.At > Window);
                if (page.Reservations.Exists(reservation => reservation.JobUuid == jobUuid))
                {
                    granted = true;
                    return false;
                }

                var budget = _options.TrustedSecondsPerHour;
                var namespaces = page.Reservations.Select(static reservation => reservation.Namespace).Append(jobNamespace).Distinct(StringComparer.Ordinal).Count();
                var used = page.Reservations.Sum(static reservation => reservation.Seconds);
                var own = page.Reservations.Where(reservation => reservation.Namespace == jobNamespace).Sum(static reservation => reservation.Seconds);
                granted = used + seconds <= budget && own + seconds <= budget / namespaces;
                if (granted)
                {
                    page.Reservations.Add(new Reservation(jobUuid, jobNamespace, seconds, _timeProvider.GetUtcNow()));
                }

                return granted;
            },
            cancellationToken);
        return granted;
    }

    /// <summary>Takes a verdict in: a confirmed mismatch puts the namespace under suspicion, clean samples in a row lift it.</summary>
    /// <param name="jobNamespace">The namespace; empty for none.</param>
    /// <param name="isMismatch">Whether the sample was a confirmed mismatch; else it matched.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task RecordVerdictAsync(string jobNamespace, bool isMismatch, CancellationToken cancellationToken) => ChangeAsync(
        page =>
        {
            if (isMismatch)
            {
                page.Suspects[jobNamespace] = 0;
                return true;
            }

            if (!page.Suspects.TryGetValue(jobNamespace, out var clean))
            {
                return false;
            }

            if (clean + 1 >= _options.CleanSamplesToTrust)
            {
                page.Suspects.Remove(jobNamespace);
            }
            else
            {
                page.Suspects[jobNamespace] = clean + 1;
            }

            return true;
        },
        cancellationToken);

    private async Task ChangeAsync(Func<Page, bool> change, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (page, etag, _) = await ReadAsync(cancellationToken);
            if (!change(page) || await TryWriteAsync(page, etag, cancellationToken))
            {
                return;
            }
        }
    }

    private async Task<(Page Page, ETag? ETag, DateTimeOffset ReadAt)> ReadAsync(CancellationToken cancellationToken)
    {
        var blob = (await _containers.GetAsync(ContainerNames.Sampling, cancellationToken)).GetBlobClient("book.json");
        try
        {
            var stored = await blob.DownloadContentAsync(cancellationToken);
            _cached = (SnakeCaseJson.Read<Page>(stored.Value.Content), stored.Value.Details.ETag, _timeProvider.GetUtcNow());
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            _cached = (new Page([], new Dictionary<string, int>(StringComparer.Ordinal)), null, _timeProvider.GetUtcNow());
        }

        return _cached.Value;
    }

    private async Task<bool> TryWriteAsync(Page page, ETag? etag, CancellationToken cancellationToken)
    {
        var blob = (await _containers.GetAsync(ContainerNames.Sampling, cancellationToken)).GetBlobClient("book.json");
        try
        {
            var unchanged = etag is { } version ? new BlobRequestConditions { IfMatch = version } : new BlobRequestConditions { IfNoneMatch = ETag.All };
            await blob.UploadAsync(BinaryData.FromBytes(SnakeCaseJson.ToUtf8(page)), new BlobUploadOptions { Conditions = unchanged }, cancellationToken);
            return true;
        }
        catch (RequestFailedException exception) when (exception.Status is 409 or 412)
        {
            return false;
        }
    }

    private sealed record Page(List<Reservation> Reservations, Dictionary<string, int> Suspects);

    private sealed record Reservation(string JobUuid, string Namespace, double Seconds, DateTimeOffset At);
}
