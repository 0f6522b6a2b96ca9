using System.Runtime.CompilerServices;

namespace ComputeHorde.Simulation.Time;

/// <summary>
/// The thread pool, which has one thread in this program (see Program.cs): what runs next depends on nothing but the order in which it was
/// queued, and an empty queue means that everybody waits for time to pass.
/// </summary>
internal static class Pool
{
    public static void RequireOneThread()
    {
        ThreadPool.GetMaxThreads(out var workers, out _);
        if (workers != 1)
        {
            throw new InvalidOperationException($"The thread pool has {workers} threads: it has to start by its own Program.cs.");
        }
    }

    /// <summary>Waits until nothing is left to do at this moment.</summary>
    public static async Task QuietAsync()
    {
        do
        {
            await default(LastInLine);
        } while (ThreadPool.PendingWorkItemCount > 0);
    }

    private readonly struct LastInLine : ICriticalNotifyCompletion
    {
        public bool IsCompleted => false;

        public LastInLine GetAwaiter() => this;

        public void GetResult() { }

        public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

        public void UnsafeOnCompleted(Action continuation) =>
            ThreadPool.UnsafeQueueUserWorkItem(static action => action(), continuation, preferLocal: false);
    }
}
