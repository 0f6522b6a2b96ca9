using System.Diagnostics;

namespace ComputeHorde.Durable.Tests.Support;

/// <summary>Waits, with an end, for something that happens elsewhere.</summary>
internal static class Eventually
{
    public static async Task TrueAsync(Func<Task<bool>> condition, string what, double withinSeconds = 150)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(start).TotalSeconds > withinSeconds)
            {
                throw new TimeoutException($"Not within {withinSeconds} s: {what}");
            }

            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    public static Task TrueAsync(Func<bool> condition, string what, double withinSeconds = 150) =>
        TrueAsync(() => Task.FromResult(condition()), what, withinSeconds);
}
