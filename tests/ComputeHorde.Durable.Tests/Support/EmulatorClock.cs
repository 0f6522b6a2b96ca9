using ComputeHorde.DurableTask.Sqlite.Testing;
using ComputeHorde.Emulator;

namespace ComputeHorde.Durable.Tests.Support;

/// <summary>An emulator on a virtual clock.</summary>
internal static class EmulatorClock
{
    /// <summary>Jobs live by this clock, which stands still while any of them works.</summary>
    public static void Drive(this VirtualTimeProvider clock, FacilitatorEmulatorOptions emulator)
    {
        emulator.Speed = 1;
        emulator.TimeProvider = clock;
        emulator.Busy = clock.Busy;
    }
}
