namespace ComputeHorde.Durable.Checks;

/// <summary>What a check has found, to be kept beside the result of its run.</summary>
/// <param name="Namespace">Its namespace; empty for none.</param>
/// <param name="Outcome">What was found.</param>
internal sealed record VerdictRecord(string RunId, string Namespace, CheckOutcome Outcome);
