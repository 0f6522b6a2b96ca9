using ComputeHorde.DurableTask.Sqlite.Testing;
using ComputeHorde.Emulator;

namespace ComputeHorde.Durable.Tests.Support;

/// <summary>
/// A clock of the emulator alone, which stands still until a test lets it go: each job stays where it is for as long as the test looks at
/// it.
/// </summary>
internal sealed class HeldTime : IDisposable
{
    private readonly VirtualTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly IDisposable _held;
    private readonly Lock _gate = new();
    private ITimer? _ticks;
    private long _seen;

    public HeldTime() => _held = _clock.Busy();

    public void Drive(FacilitatorEmulatorOptions emulator) => emulator.TimeProvider = _clock;

    /// <summary>Moves it on; jobs whose moment it is go on by one step.</summary>
    public void Advance(TimeSpan by) => _clock.Advance(by);

    /// <summary>From now on it goes as the machine's does.</summary>
    public void LetGo()
    {
        _seen = TimeProvider.System.GetTimestamp();
        _ticks = TimeProvider.System.CreateTimer(_ => Tick(), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(5));
    }

    public void Dispose()
    {
        _ticks?.Dispose();
        _held.Dispose();
    }

    private void Tick()
    {
        lock (_gate)
        {
            var now = TimeProvider.System.GetTimestamp();
            _clock.Advance(TimeProvider.System.GetElapsedTime(_seen, now));
            _seen = now;
        }
    }
}
