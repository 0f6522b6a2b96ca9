namespace ComputeHorde.Durable.Checks;

/// <summary>A verdict.</summary>
/// <param name="Namespace">The namespace of the job; empty for none.</param>
/// <param name="IsMismatch">Whether it was a confirmed mismatch; else it matched.</param>
internal sealed record SampleVerdict(string Namespace, bool IsMismatch);
