namespace ComputeHorde.Durable.Checks;

/// <summary>What was found.</summary>
/// <param name="Verdict">One of <see cref="Verdicts"/>.</param>
/// <param name="Reason">Why, without content.</param>
public sealed record CompareOutcome(string Verdict, string Reason);
