using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Storage;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Durable.Runs;

/// <summary>
/// When to ask about the jobs in flight: about a job at intervals of a tenth of its silence, between the two configured ones. Due moments
/// follow from the clock and the job alone, so that pollers on several machines agree; all that a poller remembers is when it looked last,
/// because timers are late on a busy machine and no due moment may fall between two looks.
/// </summary>
internal sealed class PollSchedule(IOptions<DurableOptions> options, TimeProvider timeProvider)
{
    private long _lookedAt;

    /// <summary>
    /// Notes this look, and gives the jobs that have become due since the one before, and as many others as fit the same calls: those that
    /// have not changed for longest last. At the first look of a process every job is due.
    /// </summary>
    /// <param name="jobs">The jobs in flight.</param>
    /// <param name="perCall">Jobs to a call.</param>
    public IReadOnlyList<WatchedJob> Due(IReadOnlyCollection<WatchedJob> jobs, int perCall)
    {
        var now = timeProvider.GetUtcNow();
        var before = Interlocked.Exchange(ref _lookedAt, now.UtcTicks);
        if (before == 0)
        {
            return [.. jobs];
        }

        // A change of the future is from before the clock was set back: the way to it is looked along as if it had been left behind.
        var isDue = jobs.ToLookup(job => DueBy(now - job.Changed) != DueBy(new DateTimeOffset(before, TimeSpan.Zero) - job.Changed));
        var due = isDue[true].ToList();
        var room = (perCall - (due.Count % perCall)) % perCall;
        due.AddRange(isDue[false].OrderByDescending(static job => job.Changed).Take(room));
        return due;
    }

    /// <summary>How many due moments a silence of this length holds: the integral of 1 / interval over it.</summary>
    private long DueBy(TimeSpan silence)
    {
        var shortest = options.Value.PollIntervalSeconds;
        var longest = Math.Max(shortest, options.Value.MaxPollIntervalSeconds);
        var seconds = silence.Duration().TotalSeconds;
        var constant = Math.Min(seconds, 10 * shortest) / shortest;
        var growing = 10 * Math.Log(Math.Clamp(seconds, 10 * shortest, 10 * longest) / (10 * shortest));
        var slow = Math.Max(0, seconds - (10 * longest)) / longest;
        return (long)(constant + growing + slow);
    }
}
