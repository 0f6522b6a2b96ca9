namespace ComputeHorde.Sdk;

/// <summary>A new entry in a job's status history.</summary>
/// <param name="Job">The job as of this look; several changes may be seen in one look.</param>
/// <param name="Entry">The new entry.</param>
public sealed record JobStatusChange(ComputeHordeJob Job, JobStatusEntry Entry);
