using Azure;

namespace ComputeHorde.Durable.Storage;

/// <summary>A job in flight.</summary>
/// <param name="Path">Its blob.</param>
/// <param name="InstanceId">The run that waits for it.</param>
/// <param name="Attempt">The attempt that bought it.</param>
/// <param name="JobUuid">The job.</param>
/// <param name="Seen">How many status entries its run knows of.</param>
/// <param name="Changed">When the last of them was noted.</param>
/// <param name="ETag">The version of the record.</param>
public sealed record InFlightJob(string Path, string InstanceId, int Attempt, string JobUuid, int Seen, DateTimeOffset Changed, ETag ETag);
