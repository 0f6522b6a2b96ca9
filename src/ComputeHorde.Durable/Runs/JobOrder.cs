using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Runs;

/// <summary>
/// What a run buys, as often as it has to. It can hold secrets and megabytes, so histories know it by reference only (claim check).
/// </summary>
/// <param name="Spec">The job, without the uploads that we sign.</param>
/// <param name="Outputs">Output paths (<c>/output/...</c>) whose upload URLs are ours.</param>
internal sealed record JobOrder(ComputeHordeJobSpec Spec, IReadOnlyList<string> Outputs)
{
    /// <summary>
    /// The certificate, PEM, of a caller who keeps the private key of a streaming job; null for one that is made for each attempt.
    /// </summary>
    public string? StreamingCertificate { get; init; }
}
