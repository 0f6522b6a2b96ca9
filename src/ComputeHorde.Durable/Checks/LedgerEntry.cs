namespace ComputeHorde.Durable.Checks;

/// <summary>Whether something is written.</summary>
/// <param name="NotNow">Who does not answer; null when it is.</param>
internal sealed record LedgerEntry(string? NotNow) : INotNow;
