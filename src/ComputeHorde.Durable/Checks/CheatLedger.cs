using Azure.Storage.Blobs;
using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Checks;

/// <summary>
/// The ledger of confirmed mismatches: container <c>ledger</c>. The evidence of a job is written once and never changed; what the facilitator
/// answered to the report is a second blob beside it.
/// </summary>
internal sealed class CheatLedger(BlobContainers containers, TimeProvider timeProvider)
{
    /// <summary>Writes the evidence.</summary>
    public Task RecordAsync(CheatCase cheat, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cheat);
        return RecordOnceAsync($"{cheat.JobUuid}/evidence.json", new { RecordedAt = timeProvider.GetUtcNow(), Evidence = cheat }, cancellationToken);
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
        return RecordOnceAsync($"{cheat.JobUuid}/report.json", new { ReportedAt = timeProvider.GetUtcNow(), Outcome = outcome, By = "facilitator" }, cancellationToken);
    }

    private async Task RecordOnceAsync<T>(string name, T value, CancellationToken cancellationToken)
    {
        var blob = await BlobAsync(name, cancellationToken);
        await blob.TryCreateAsync(BinaryData.FromBytes(SnakeCaseJson.ToUtf8(value)), cancellationToken);
    }

    private async Task<BlobClient> BlobAsync(string name, CancellationToken cancellationToken) =>
        (await containers.GetAsync(ContainerNames.Ledger, cancellationToken)).GetBlobClient(name);
}
