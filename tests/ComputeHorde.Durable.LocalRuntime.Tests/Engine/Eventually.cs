using System.Diagnostics;

namespace ComputeHorde.Durable.LocalRuntime.Tests.Engine;

/// <summary>Waits for what happens elsewhere, no longer than a bound.</summary>
internal static class Eventually
{
    internal static async Task AsyncIs(Func<bool> condition)
    {
        for (var clock = Stopwatch.StartNew(); !condition();)
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), "It did not come true in 30 seconds.");
            await Task.Delay(1);
        }
    }
}
