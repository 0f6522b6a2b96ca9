using System.Collections.Concurrent;

namespace ComputeHorde.Sdk;

/// <summary>
/// Remembers the jobs that the facilitator cannot show: any list that holds one fails, most likely with HTTP 500 (protocol 5.2). They are
/// left out of lists and asked for by themselves, after twice the time at each failure.
/// </summary>
internal sealed class UnreadableJobs(TimeProvider time)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>More than will ever be unreadable at once; beyond it the oldest knowledge is not worth its memory.</summary>
    private const int MaxJobs = 10_000;

    private readonly ConcurrentDictionary<string, Entry> _jobs = new(StringComparer.Ordinal);

    public bool Contains(string uuid) => _jobs.ContainsKey(uuid);

    /// <summary>The last failure, while the job is not to be asked for again; null when it may be.</summary>
    public ComputeHordeException? Resting(string uuid) =>
        _jobs.TryGetValue(uuid, out var entry) && time.GetElapsedTime(entry.Since) < entry.Pause ? entry.Error : null;

    public void Add(string uuid, ComputeHordeException error)
    {
        if (_jobs.Count >= MaxJobs)
        {
            _jobs.Clear();
        }

        _jobs.AddOrUpdate(
            uuid,
            _ => new Entry(time.GetTimestamp(), Shortest, error),
            (_, old) => new Entry(time.GetTimestamp(), old.Pause * 2 < Longest ? old.Pause * 2 : Longest, error)
        );
    }

    public void Remove(string uuid) => _jobs.TryRemove(uuid, out _);

    private sealed record Entry(long Since, TimeSpan Pause, ComputeHordeException Error);
}
