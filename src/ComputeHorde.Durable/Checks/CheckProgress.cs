namespace ComputeHorde.Durable.Checks;

/// <summary>The custom status of a check: what it is doing now.</summary>
/// <param name="Phase">One of <see cref="CheckPhases"/>.</param>
/// <param name="Note">Who is away; null while everybody answers.</param>
internal sealed record CheckProgress(string Phase, string? Note);
