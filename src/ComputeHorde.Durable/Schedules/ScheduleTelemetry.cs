using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using ComputeHorde.Durable.Hosting;

namespace ComputeHorde.Durable.Schedules;

/// <summary>
/// Gauge <c>computehorde.schedule.horde</c>: by schedule, 2 healthy, 1 busy, 0 down. Reported by the instance that looked at the schedule
/// lately: another one may look after it now.
/// </summary>
internal sealed class ScheduleTelemetry(TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);
    private static readonly ConcurrentDictionary<ScheduleTelemetry, bool> Reporters = new();
    private static readonly ObservableGauge<int> Gauge = DurableTelemetry.Counters.CreateObservableGauge(
        "computehorde.schedule.horde",
        static () => Reporters.Keys.SelectMany(static reporter => reporter.Measure()),
        unit: null,
        "2 healthy, 1 busy, 0 down"
    );

    private readonly ConcurrentDictionary<string, (string State, long LookedAt)> _states = new(StringComparer.Ordinal);

    public void Report(string schedule, string? state)
    {
        _ = Gauge;
        Reporters[this] = true;
        if (state is null)
        {
            _states.TryRemove(schedule, out _);
        }
        else
        {
            _states[schedule] = (state, time.GetTimestamp());
        }
    }

    public void Dispose() => Reporters.TryRemove(this, out _);

    private IEnumerable<Measurement<int>> Measure() =>
        _states
            .Where(entry => time.GetElapsedTime(entry.Value.LookedAt) < Fresh)
            .Select(static entry => new Measurement<int>(
                HordeStates.ValueOf(entry.Value.State),
                DurableTelemetry.Tag("schedule", entry.Key)
            ));
}
