using ComputeHorde.DurableTask.Sqlite.Testing;

namespace ComputeHorde.Functions.Local.Timers;

/// <summary>Waits on a clock. Virtual time does not run on between the end of one wait and the beginning of the next, so that no
/// occurrence of a schedule is jumped over.</summary>
internal sealed class HeldClock(TimeProvider time) : IDisposable
{
    private IDisposable? _hold;

    /// <summary>What the clock shows, which may be set, and how much time has really passed, which may not.</summary>
    public Moment Now => new(time.GetUtcNow().UtcDateTime, time.GetTimestamp());

    /// <summary>No wait is longer, so that a clock that was set is noticed; virtual time cannot be set.</summary>
    public TimeSpan LongestWait => time is VirtualTimeProvider ? TimeSpan.FromDays(1) : TimeSpan.FromMinutes(1);

    public TimeSpan Since(Moment moment) => time.GetElapsedTime(moment.Timestamp);

    /// <summary>Holds time until the first wait has begun.</summary>
    public void Hold() => Interlocked.Exchange(ref _hold, (time as VirtualTimeProvider)?.Running())?.Dispose();

    /// <returns>Whether the wait came to its end.</returns>
    public async Task<bool> WaitAsync(TimeSpan wait, CancellationToken stopping)
    {
        var due = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var held = Interlocked.Exchange(ref _hold, null);
        await using var timer = time.CreateTimer(
            _ =>
            {
                Hold();
                due.TrySetResult();
            },
            state: null,
            wait,
            Timeout.InfiniteTimeSpan
        );
        held?.Dispose();
        await due.Task.WaitAsync(stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !stopping.IsCancellationRequested;
    }

    public void Dispose() => Interlocked.Exchange(ref _hold, null)?.Dispose();

    internal readonly record struct Moment(DateTime Utc, long Timestamp);
}
