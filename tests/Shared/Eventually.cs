using System.Diagnostics;

namespace ComputeHorde.Testing;

/// <summary>Waits, with an end, for something that another process or thread does.</summary>
internal static class Eventually
{
    public static async Task TrueAsync(Func<Task<bool>> condition, string what, double withinSeconds = 150, int everyMilliseconds = 50)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(start).TotalSeconds > withinSeconds)
            {
                throw new TimeoutException($"Not within {withinSeconds} s: {what}");
            }

            await Task.Delay(everyMilliseconds, TestContext.Current.CancellationToken);
        }
    }

    public static Task TrueAsync(Func<bool> condition, string what, double withinSeconds = 150, int everyMilliseconds = 10) =>
        TrueAsync(() => Task.FromResult(condition()), what, withinSeconds, everyMilliseconds);
}
