namespace ComputeHorde.Durable.Storage;

/// <summary>Another execution of the same purchase has taken the claim over: this one must not send anything.</summary>
internal sealed class LostClaimException(AttemptKey key) : Exception($"Another execution took over attempt '{key.Path}'.");
