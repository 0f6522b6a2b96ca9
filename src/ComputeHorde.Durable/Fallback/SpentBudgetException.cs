namespace ComputeHorde.Durable.Fallback;

/// <summary>The day's money for fallback is spent.</summary>
internal sealed class SpentBudgetException(string message) : Exception(message);
