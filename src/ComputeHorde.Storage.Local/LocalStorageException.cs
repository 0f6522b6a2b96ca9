namespace ComputeHorde.Storage.Local;

/// <summary>The storage cannot start: its folder is held or unusable, or a port is taken. The message says what to do.</summary>
public sealed class LocalStorageException : Exception
{
    /// <summary>Creates one without a message.</summary>
    public LocalStorageException() { }

    /// <summary>Creates one.</summary>
    /// <param name="message">What is wrong, where, and what to do.</param>
    public LocalStorageException(string message)
        : base(message) { }

    /// <summary>Creates one with its cause.</summary>
    /// <param name="message">What is wrong, where, and what to do.</param>
    /// <param name="innerException">What caused it.</param>
    public LocalStorageException(string message, Exception? innerException)
        : base(message, innerException) { }
}
