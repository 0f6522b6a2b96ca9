using Microsoft.DurableTask;

namespace ComputeHorde.Durable.Runs;

/// <summary>How activities are repeated that must succeed sooner or later: for about an hour, then an outage is a failure.</summary>
internal static class RetryOptions
{
    public static TaskOptions Activity { get; } = TaskOptions.FromRetryPolicy(
        new RetryPolicy(maxNumberOfAttempts: 60, TimeSpan.FromSeconds(1), backoffCoefficient: 2, maxRetryInterval: TimeSpan.FromSeconds(60)));
}
