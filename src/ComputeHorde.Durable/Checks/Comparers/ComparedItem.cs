using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Checks.Comparers;

/// <summary>One artifact or output of both results.</summary>
/// <param name="Untrusted">The miner's.</param>
/// <param name="Trusted">The trusted miner's.</param>
internal sealed record ComparedItem(string Path, ContentReference Untrusted, ContentReference Trusted);
