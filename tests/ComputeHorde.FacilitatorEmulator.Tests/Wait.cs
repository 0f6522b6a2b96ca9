namespace ComputeHorde.Emulator.Tests;

/// <summary>Waiting for something real, with a bound.</summary>
internal static class Wait
{
    public static async Task UntilAsync(Func<bool> condition, int seconds = 300)
    {
        var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        while (!condition())
        {
            Assert.False(limit.IsCancellationRequested, "Waited in vain.");
            await Task.Delay(10);
        }
    }
}
