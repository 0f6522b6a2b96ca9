using System.CommandLine;

namespace ComputeHorde.Durable.LocalHost.Commands;

/// <summary>When a server command ends: at Ctrl+C or SIGTERM, or with the program that started it.</summary>
internal static class Ended
{
    public static Option<bool> FollowStandardInput() =>
        new("--follow-stdin")
        {
            Description = "End when standard input closes: for programs that start this one, so that it never outlives them.",
        };

    public static async Task WaitAsync(bool followStandardInput, CancellationToken cancellationToken)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.Register(() => ended.TrySetResult());
        if (followStandardInput)
        {
            _ = Task.Factory.StartNew(
                () => WaitForEnd(ended),
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default
            );
        }

        await ended.Task;
    }

    private static void WaitForEnd(TaskCompletionSource ended)
    {
        while (Console.In.Read() >= 0)
        {
            // Whatever is written is not for us; only the end matters.
        }

        ended.TrySetResult();
    }
}
