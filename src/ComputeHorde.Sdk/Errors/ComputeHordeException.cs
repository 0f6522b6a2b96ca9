namespace ComputeHorde.Sdk;

/// <summary>Base of every error of this library. Messages never hold tokens, keys, presigned URLs' queries or form fields.</summary>
public class ComputeHordeException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What went wrong, where, and what can be done.</param>
    /// <param name="isTransient">True when the same call may succeed later.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public ComputeHordeException(string message, bool isTransient = false, Exception? innerException = null)
        : base(message, innerException) => IsTransient = isTransient;

    /// <summary>
    /// True when the same call may succeed later without a change by the caller (time-outs, 5xx, 429, no validator connected).
    /// </summary>
    public bool IsTransient { get; }

    /// <summary>HTTP status of the facilitator's answer, if one came.</summary>
    public int? StatusCode { get; init; }

    /// <summary>When the facilitator wants the next try.</summary>
    internal TimeSpan? RetryAfter { get; init; }
}
