using ComputeHorde.Durable.Checks.Comparers;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Outputs;
using ComputeHorde.Durable.Storage;
using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Durable.Checks;

/// <summary>Compares two stored results.</summary>
/// <param name="comparers">The comparers by name.</param>
/// <param name="results">Where results are kept.</param>
/// <param name="outputs">Where outputs were uploaded.</param>
public sealed class CompareResults(ComparerRegistry comparers, ResultStore results, OutputUrls outputs)
{
    /// <summary>Compares.</summary>
    /// <param name="input">The two results and the comparer.</param>
    /// <param name="cancellationToken">Ends the activity when the host stops; it runs again later.</param>
    /// <returns>The verdict; inconclusive when this host has no comparer of that name.</returns>
    [Function(nameof(CompareResults))]
    public async Task<CompareOutcome> RunAsync([ActivityTrigger] CompareInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var span = DurableTelemetry.Start(nameof(CompareResults), input.Trace, input.Untrusted.Blob);
        if (comparers.Find(input.Comparer) is not { } comparer)
        {
            return new CompareOutcome(Verdicts.Inconclusive, $"this host has no comparer called '{input.Comparer}'");
        }

        var untrusted = new StoredResult(await results.LoadAsync(input.Untrusted, cancellationToken), results, outputs);
        var trusted = new StoredResult(await results.LoadAsync(input.Trusted, cancellationToken), results, outputs);
        var compared = await comparer.CompareAsync(untrusted, trusted, input.Settings, cancellationToken);
        var verdict = compared.Verdict switch { Verdict.Match => Verdicts.Match, Verdict.Mismatch => Verdicts.Mismatch, _ => Verdicts.Inconclusive };
        return new CompareOutcome(verdict, HistoryText.Truncate(compared.Reason));
    }
}
