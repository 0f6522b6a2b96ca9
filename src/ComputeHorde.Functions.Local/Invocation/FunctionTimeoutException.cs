namespace ComputeHorde.Functions.Local;

/// <summary>A function ran longer than host.json's <c>functionTimeout</c>. Its cancellation token was cancelled.</summary>
public sealed class FunctionTimeoutException : Exception
{
    /// <summary>Creates the exception.</summary>
    public FunctionTimeoutException() { }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">Which function, and how long it may run.</param>
    public FunctionTimeoutException(string message)
        : base(message) { }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">Which function, and how long it may run.</param>
    /// <param name="innerException">What brought it about.</param>
    public FunctionTimeoutException(string message, Exception? innerException)
        : base(message, innerException) { }
}
