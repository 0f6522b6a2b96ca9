using Microsoft.DurableTask;

namespace ComputeHorde.Durable.Hosting;

/// <summary>
/// How activities are repeated that broke. What they depend on being away is no reason to: they say "not now" by their outcome, and the
/// orchestrator waits for as long as it takes.
/// </summary>
internal static class RetryOptions
{
    /// <summary>For about an hour, in which a fault of ours can be mended.</summary>
    public static TaskOptions Activity { get; } =
        TaskOptions.FromRetryPolicy(
            new RetryPolicy(
                maxNumberOfAttempts: 60,
                TimeSpan.FromSeconds(1),
                backoffCoefficient: 2,
                maxRetryInterval: TimeSpan.FromSeconds(60)
            )
        );
}
