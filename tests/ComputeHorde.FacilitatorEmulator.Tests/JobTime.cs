using Microsoft.Extensions.Time.Testing;

namespace ComputeHorde.Emulator.Tests;

/// <summary>
/// A clock that a test moves on, and that stands still while any job works: what takes real time on a busy machine takes none of it.
/// </summary>
internal sealed class JobTime
{
    private int _busy;

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    /// <summary>Gives the clock to an emulator.</summary>
    public void Drive(FacilitatorEmulatorOptions options)
    {
        options.TimeProvider = Clock;
        options.Busy = () =>
        {
            Interlocked.Increment(ref _busy);
            return new Mark(this);
        };
    }

    /// <summary>Moves time on in steps until something is so.</summary>
    public Task AdvanceUntilAsync(TimeSpan step, Func<bool> condition) =>
        Wait.UntilAsync(() =>
        {
            if (condition())
            {
                return true;
            }

            if (Volatile.Read(ref _busy) == 0)
            {
                Clock.Advance(step);
            }

            return false;
        });

    private sealed class Mark(JobTime time) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref time._busy);
    }
}
