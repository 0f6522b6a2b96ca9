using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Checks;

/// <summary>
/// The ledger of confirmed mismatches: container <c>ledger</c>. The evidence of a job is written once and never changed; what the
/// facilitator answered to the report is a second blob beside it.
/// </summary>
internal sealed class CheatLedger(BlobContainers containers, TimeProvider timeProvider)
{
    private const int PageSize = 50;

    /// <summary>Writes the evidence.</summary>
    public Task RecordAsync(CheatCase cheat, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cheat);
        return RecordOnceAsync(
            $"{cheat.JobUuid}/evidence.json",
            new { RecordedAt = timeProvider.GetUtcNow(), Evidence = cheat },
            cancellationToken
        );
    }

    /// <summary>Makes sure that the evidence stands.</summary>
    /// <exception cref="InvalidOperationException">It does not: there must be no report without it.</exception>
    public async Task RequireAsync(CheatCase cheat, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cheat);
        var blob = await BlobAsync($"{cheat.JobUuid}/evidence.json", cancellationToken);
        if (!await blob.ExistsAsync(cancellationToken))
        {
            throw new InvalidOperationException($"The ledger has no evidence against job {cheat.JobUuid}; it is not reported.");
        }
    }

    /// <summary>Notes what became of the report.</summary>
    /// <param name="outcome">What the facilitator answered; it says nothing about what the validator does with it (protocol 7.3).</param>
    public Task AppendReportAsync(CheatCase cheat, string outcome, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cheat);
        return RecordOnceAsync(
            $"{cheat.JobUuid}/report.json",
            new
            {
                ReportedAt = timeProvider.GetUtcNow(),
                Outcome = outcome,
                By = "facilitator",
            },
            cancellationToken
        );
    }

    /// <summary>Reads a page of the cases, in the order of their jobs.</summary>
    /// <param name="marker">Where the page before ended; null for the first.</param>
    public async Task<CheatPage> ListAsync(string? marker, CancellationToken cancellationToken)
    {
        var container = await containers.GetAsync(ContainerNames.Ledger, cancellationToken);
        await foreach (
            var page in container
                .GetBlobsByHierarchyAsync(new GetBlobsByHierarchyOptions { Delimiter = "/" }, cancellationToken)
                .AsPages(marker, PageSize)
        )
        {
            var found = await Task.WhenAll(
                page.Values.Where(static item => item.IsPrefix).Select(item => FindAsync(item.Prefix.TrimEnd('/'), cancellationToken))
            );
            return new CheatPage([.. found.OfType<CheatView>()], ListToken.Of(ContainerNames.Ledger, page.ContinuationToken));
        }

        return new CheatPage([], Continuation: null);
    }

    /// <summary>Reads what the ledger has against a job.</summary>
    /// <returns>The case; null when there is none.</returns>
    public async Task<CheatView?> FindAsync(string jobUuid, CancellationToken cancellationToken) =>
        await ReadAsync($"{jobUuid}/evidence.json", cancellationToken) is { } evidence
            ? new CheatView(jobUuid, evidence, await ReadAsync($"{jobUuid}/report.json", cancellationToken))
            : null;

    private async Task<JsonElement?> ReadAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return SnakeCaseJson.Read<JsonElement>(
                (await (await BlobAsync(name, cancellationToken)).DownloadContentAsync(cancellationToken)).Value.Content
            );
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return null;
        }
    }

    private async Task RecordOnceAsync<T>(string name, T value, CancellationToken cancellationToken)
    {
        var blob = await BlobAsync(name, cancellationToken);
        await blob.TryCreateAsync(BinaryData.FromBytes(SnakeCaseJson.ToUtf8(value)), cancellationToken);
    }

    private async Task<BlobClient> BlobAsync(string name, CancellationToken cancellationToken) =>
        (await containers.GetAsync(ContainerNames.Ledger, cancellationToken)).GetBlobClient(name);
}
