namespace ComputeHorde.Emulator.Horde;

/// <summary>
/// Lets heavy work (signature checks, pretend images) use all processors but one, so that polls are answered while
/// thousands of jobs come in. Waiting costs no thread.
/// </summary>
internal static class CpuGate
{
    private static readonly SemaphoreSlim Free = new(Math.Max(1, Environment.ProcessorCount - 1));

    /// <summary>Does <paramref name="work"/> when a processor is free.</summary>
    public static async Task<T> RunAsync<T>(Func<T> work, CancellationToken ct)
    {
        await Free.WaitAsync(ct);
        try
        {
            return work();
        }
        finally
        {
            Free.Release();
        }
    }
}
