using Azure;

namespace ComputeHorde.Durable.Storage;

/// <summary>A job in flight.</summary>
/// <param name="Key">The attempt that bought it.</param>
/// <param name="Seen">How many statuses its run knows of.</param>
/// <param name="Changed">When the last of them was noted.</param>
/// <param name="ETag">The version of the entry.</param>
internal sealed record WatchedJob(AttemptKey Key, string JobUuid, int Seen, DateTimeOffset Changed, ETag ETag);
