namespace ComputeHorde.Functions.Local;

/// <summary>Something about the machine or the application's settings keeps the local runtime from working. The message is one
/// line that says what is wrong, where, and what to do; a program prints it without a stack trace.</summary>
public sealed class LocalFunctionsException : Exception
{
    /// <summary>Creates the exception.</summary>
    public LocalFunctionsException() { }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">One line: what is wrong, where, and what to do.</param>
    public LocalFunctionsException(string message)
        : base(message) { }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">One line: what is wrong, where, and what to do.</param>
    /// <param name="innerException">What brought it about.</param>
    public LocalFunctionsException(string message, Exception? innerException)
        : base(message, innerException) { }
}
