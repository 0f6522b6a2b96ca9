namespace ComputeHorde.Durable.Runs;

/// <summary>One entry of a job's status history.</summary>
/// <param name="Status">The status as the facilitator wrote it, also when it is one we do not know.</param>
/// <param name="At">When the facilitator recorded it, UTC.</param>
internal sealed record StatusChange(string Status, DateTimeOffset At);
