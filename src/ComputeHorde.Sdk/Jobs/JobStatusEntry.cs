namespace ComputeHorde.Sdk;

/// <summary>One entry of a job's status history.</summary>
/// <param name="Status">The status; texts unknown to this version are kept.</param>
/// <param name="CreatedAt">When it was recorded, or null when the facilitator gave no readable time.</param>
/// <param name="Error">Why it was rejected or failed, if it was.</param>
public sealed record JobStatusEntry(JobStatus Status, DateTimeOffset? CreatedAt, JobError? Error = null);
