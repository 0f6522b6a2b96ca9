using System.Text.Json;
using ComputeHorde.Durable.Checks.Comparers;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Checks;

/// <summary>Whether and how the result of a run is checked on the validator's trusted miner.</summary>
internal sealed record CheckPolicy
{
    /// <summary><c>rate</c>, <c>always</c>, <c>never</c> or <c>budgeted</c>.</summary>
    /// <value><c>rate</c>.</value>
    public string Sampling { get; init; } = SamplingModes.Rate;

    /// <summary>The share of jobs that is checked under <c>rate</c> and <c>budgeted</c>, 0 to 1.</summary>
    /// <value>0.02: one or two jobs in a hundred, as ComputeHorde recommends.</value>
    public double Rate { get; init; } = 0.02;

    /// <summary>
    /// The comparer: <c>sha256</c>, <c>stdout</c>, <c>json-tolerance</c>, <c>numeric-tolerance</c>, or <c>custom:&lt;name&gt;</c>.
    /// </summary>
    /// <value><c>sha256</c>.</value>
    public string Comparer { get; init; } = "sha256";

    /// <summary>Tolerances and paths of the comparer.</summary>
    public ComparisonSettings Comparison { get; init; } = new();

    /// <summary>Whether a confirmed mismatch is reported to the facilitator. It is written to the ledger in any case.</summary>
    /// <value>True.</value>
    public bool Report { get; init; } = true;

    internal static CheckPolicy Read(JsonElement json) => json.Deserialize<CheckPolicy>(SnakeCaseJson.Options)!;

    internal IEnumerable<ValidationProblem> Validate()
    {
        if (!SamplingModes.All.Contains(Sampling))
        {
            yield return new ValidationProblem("cross_validation.sampling", $"must be one of {string.Join(", ", SamplingModes.All)}.");
        }

        if (Rate is not (>= 0 and <= 1))
        {
            yield return new ValidationProblem("cross_validation.rate", "must be between 0 and 1.");
        }

        if (!ComparerRegistry.IsName(Comparer))
        {
            yield return new ValidationProblem(
                "cross_validation.comparer",
                $"must be one of {string.Join(", ", ComparerRegistry.BuiltIn)}, or custom:<name> with a comparer that the host registers."
            );
        }

        if (
            Comparison is null
            || !(Comparison.Rtol >= 0 && double.IsFinite(Comparison.Rtol) && Comparison.Atol >= 0 && double.IsFinite(Comparison.Atol))
        )
        {
            yield return new ValidationProblem("cross_validation.comparison", "rtol and atol must be finite and not negative.");
        }

        if (
            Comparison?.Paths is { } paths
            && (paths.Count is 0 or > 100 || paths.Any(static path => path is null or { Length: 0 or > 500 }))
        )
        {
            yield return new ValidationProblem(
                "cross_validation.comparison.paths",
                "must be a list of 1 to 100 paths of at most 500 characters."
            );
        }
    }
}
