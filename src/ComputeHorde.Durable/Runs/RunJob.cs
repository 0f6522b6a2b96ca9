using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace ComputeHorde.Durable.Runs;

/// <summary>
/// Runs one job until it is complete: attempt by attempt, each paid for at most once, until one completes, none is worth another try, the
/// attempts are used up, the time is over, or the caller cancels.
/// </summary>
public static class RunJob
{
    /// <summary>The orchestrator.</summary>
    /// <param name="context">Its only source of time, ids and I/O.</param>
    /// <returns>How the run ended.</returns>
    [Function(nameof(RunJob))]
    public static async Task<RunOutcome> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var input = context.GetInput<RunInput>() ?? throw new ArgumentException("A run needs its input: its request and its policy.", nameof(context));
        using var run = new JobRun(context, input);
        return await run.CompleteAsync();
    }
}
