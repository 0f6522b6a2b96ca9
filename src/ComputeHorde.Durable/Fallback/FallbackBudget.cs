using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Storage;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Durable.Fallback;

/// <summary>
/// What the jobs of a day (UTC) may cost on fallback, all together: one blob a day, a job with its bound until its cost is known.
/// </summary>
internal sealed class FallbackBudget(BlobContainers containers, IOptions<DurableOptions> options, TimeProvider timeProvider)
{
    private const int MostTries = 50;

    private DateOnly Today => DateOnly.FromDateTime(timeProvider.GetUtcNow().UtcDateTime);

    /// <summary>Sets money aside for a job. Twice for the same job is once.</summary>
    /// <exception cref="SpentBudgetException">There is not enough left today.</exception>
    public Task ReserveAsync(string job, decimal usd, CancellationToken cancellationToken) =>
        ChangeAsync(
            Today,
            spent =>
            {
                var most = (decimal)options.Value.FallbackMaxUsdPerDay;
                var others = spent.Where(entry => entry.Key != job).Sum(static entry => entry.Value);
                if (others + usd > most)
                {
                    throw new SpentBudgetException(
                        $"The job may cost {usd:0.00##} USD on fallback, and {Math.Max(0, most - others):0.00##} of the day's {most:0.00##} USD are left (ComputeHorde__FallbackMaxUsdPerDay)."
                    );
                }

                spent[job] = usd;
                return true;
            },
            cancellationToken
        );

    /// <summary>Puts what a job has cost in the place of what was set aside.</summary>
    public async Task SettleAsync(string job, decimal usd, CancellationToken cancellationToken)
    {
        // A job may end the day after it began, or after a long outage; older days are of no use to anybody. One of the days to come was
        // begun before the clock was set back.
        var days = Enumerable.Range(0, 8).Select(back => Today.AddDays(-back)).Concat(Enumerable.Range(1, 7).Select(Today.AddDays));
        foreach (var day in days)
        {
            var isFound = false;
            await ChangeAsync(
                day,
                spent =>
                {
                    isFound = spent.ContainsKey(job);
                    return isFound && spent[job] != usd && (spent[job] = usd) == usd;
                },
                cancellationToken
            );
            if (isFound)
            {
                return;
            }
        }
    }

    private async Task ChangeAsync(DateOnly day, Func<Dictionary<string, decimal>, bool> change, CancellationToken cancellationToken)
    {
        var blob = (await containers.GetAsync(ContainerNames.Fallback, cancellationToken)).GetBlobClient($"budget/{day:yyyy-MM-dd}.json");
        for (var tries = 1; ; tries++)
        {
            var (spent, version) = await ReadAsync(blob, cancellationToken);
            if (!change(spent))
            {
                return;
            }

            try
            {
                var conditions = version is { } etag
                    ? new BlobRequestConditions { IfMatch = etag }
                    : new BlobRequestConditions { IfNoneMatch = ETag.All };
                await blob.UploadAsync(
                    BinaryData.FromBytes(SnakeCaseJson.ToUtf8(spent)),
                    new BlobUploadOptions { Conditions = conditions },
                    cancellationToken
                );
                return;
            }
            catch (RequestFailedException exception) when (exception.Status is 409 or 412 && tries < MostTries)
            {
                // Another job was faster; what it has set aside counts.
            }
        }
    }

    private static async Task<(Dictionary<string, decimal> Spent, ETag? Version)> ReadAsync(
        BlobClient blob,
        CancellationToken cancellationToken
    )
    {
        try
        {
            BlobDownloadResult known = await blob.DownloadContentAsync(cancellationToken);
            return (SnakeCaseJson.Read<Dictionary<string, decimal>>(known.Content), known.Details.ETag);
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return ([], null);
        }
    }
}
