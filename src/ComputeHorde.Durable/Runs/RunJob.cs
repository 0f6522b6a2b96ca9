using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace ComputeHorde.Durable.Runs;

/// <summary>
/// Runs one job until it is complete: attempt by attempt, each paid for at most once, until one completes, none is worth another try, the
/// attempts are used up, the time is over, or the caller cancels. It ends when its result is stored; a check follows on its own.
/// </summary>
internal static class RunJob
{
    [Function(nameof(RunJob))]
    public static async Task<RunOutcome> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var input =
            context.GetInput<RunInput>()
            ?? throw new ArgumentException("A run needs its input: its request and its policy.", nameof(context));
        using var run = new RunState(context, input);
        return await new RunCourse(run).CompleteAsync();
    }
}
