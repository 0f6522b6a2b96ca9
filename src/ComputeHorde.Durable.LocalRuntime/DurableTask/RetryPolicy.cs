using System.ComponentModel;

namespace Microsoft.DurableTask;

/// <summary>Retries a task with exponential back-off on durable timers.</summary>
public class RetryPolicy
{
    private Func<TaskFailureDetails, bool> _handleFailure = static _ => true;

    /// <summary>Makes a policy.</summary>
    /// <param name="maxNumberOfAttempts">How often to try in all, the first time included; at least 1.</param>
    /// <param name="firstRetryInterval">The pause before the second attempt; greater than zero.</param>
    /// <param name="backoffCoefficient">What each pause is multiplied by to give the next; at least 1.</param>
    /// <param name="maxRetryInterval">The longest pause; by default one hour.</param>
    /// <param name="retryTimeout">How long to go on trying; by default for ever.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range, or a limit is below the first pause.</exception>
    public RetryPolicy(
        int maxNumberOfAttempts,
        TimeSpan firstRetryInterval,
        double backoffCoefficient = 1.0,
        TimeSpan? maxRetryInterval = null,
        TimeSpan? retryTimeout = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxNumberOfAttempts);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(firstRetryInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(backoffCoefficient, 1.0);
        ThrowIfShorter(maxRetryInterval, firstRetryInterval, nameof(maxRetryInterval));
        ThrowIfShorter(retryTimeout, firstRetryInterval, nameof(retryTimeout));
        MaxNumberOfAttempts = maxNumberOfAttempts;
        FirstRetryInterval = firstRetryInterval;
        BackoffCoefficient = backoffCoefficient;
        MaxRetryInterval = maxRetryInterval ?? TimeSpan.FromHours(1);
        RetryTimeout = retryTimeout ?? Timeout.InfiniteTimeSpan;
    }

    /// <summary>How often to try in all, the first time included.</summary>
    public int MaxNumberOfAttempts { get; }

    /// <summary>The pause before the second attempt.</summary>
    public TimeSpan FirstRetryInterval { get; }

    /// <summary>What each pause is multiplied by to give the next.</summary>
    /// <value>Default: 1, pauses of equal length.</value>
    public double BackoffCoefficient { get; }

    /// <summary>The longest pause.</summary>
    /// <value>Default: one hour.</value>
    public TimeSpan MaxRetryInterval { get; }

    /// <summary>How long to go on trying.</summary>
    /// <value>Default: <see cref="Timeout.InfiniteTimeSpan"/>.</value>
    public TimeSpan RetryTimeout { get; }

    /// <summary>The filter on exceptions: those that carry a failure pass through <see cref="HandleFailure"/>.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public Func<Exception, bool> Handle => exception => _handleFailure(
        exception is TaskFailedException failed ? failed.FailureDetails : TaskFailureDetails.FromException(exception));

    /// <summary>Has no effect.</summary>
    [Obsolete("This functionality is not implemented. Will be removed in the future. Use TaskOptions.FromRetryHandler or HandleFailure instead.")]
    public Func<Exception, Task<bool>>? HandleAsync { get; set; }

    /// <summary>Decides which failures are worth another attempt; by default all are.</summary>
    public Func<TaskFailureDetails, bool> HandleFailure
    {
        init => _handleFailure = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>Whether the policy wants another attempt after this failure.</summary>
    internal bool Retries(TaskFailureDetails failure) => _handleFailure(failure);

    /// <summary>The pause after attempt <paramref name="attempt"/>, counted from zero.</summary>
    internal TimeSpan DelayAfter(int attempt)
    {
        var milliseconds = FirstRetryInterval.TotalMilliseconds * Math.Pow(BackoffCoefficient, attempt);
        var longest = MaxRetryInterval == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : MaxRetryInterval;
        return milliseconds < longest.TotalMilliseconds ? TimeSpan.FromMilliseconds(milliseconds) : longest;
    }

    private static void ThrowIfShorter(TimeSpan? value, TimeSpan first, string name)
    {
        if (value < first && value != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(name, value, $"The value for {name} must be greater or equal to firstRetryInterval.");
        }
    }
}
