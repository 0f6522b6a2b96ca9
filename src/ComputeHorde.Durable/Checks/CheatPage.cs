namespace ComputeHorde.Durable.Checks;

/// <summary>Some of the cases of the ledger.</summary>
/// <param name="Continuation">Asks for the next page; null at the end.</param>
internal sealed record CheatPage(IReadOnlyList<CheatView> Cheats, string? Continuation);
