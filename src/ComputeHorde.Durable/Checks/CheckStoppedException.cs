namespace ComputeHorde.Durable.Checks;

/// <summary>The check ends before it has found anything, and says why.</summary>
internal sealed class CheckStoppedException(string message) : Exception(message);
