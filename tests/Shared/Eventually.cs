using System.Diagnostics;

namespace ComputeHorde.Testing;

/// <summary>
/// Waits for something that another process or thread does. The end is there for what hangs, and far beyond what a busy machine needs; a
/// test that depends on how soon something comes is wrong.
/// </summary>
internal static class Eventually
{
    public static async Task TrueAsync(Func<Task<bool>> condition, string what, double withinSeconds = 300, int everyMilliseconds = 50)
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

    public static Task TrueAsync(Func<bool> condition, string what, double withinSeconds = 300, int everyMilliseconds = 10) =>
        TrueAsync(() => Task.FromResult(condition()), what, withinSeconds, everyMilliseconds);
}
