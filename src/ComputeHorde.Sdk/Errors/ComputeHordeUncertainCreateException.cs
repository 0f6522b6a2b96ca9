namespace ComputeHorde.Sdk;

/// <summary>
/// Whether a job was created is not known: a request may have been stored, and its tag could not be looked up with success since. Never
/// take it for "not created": create again with the same tag and <see cref="CreateJobOptions.LookUpFirst"/>. Always transient.
/// </summary>
public sealed class ComputeHordeUncertainCreateException : ComputeHordeException
{
    /// <summary>Creates the error.</summary>
    /// <param name="tag">The tag under which the job may be stored.</param>
    /// <param name="message">What was tried, and how it ended.</param>
    /// <param name="innerException">The newest failure.</param>
    public ComputeHordeUncertainCreateException(string tag, string message, Exception? innerException = null)
        : base(message, isTransient: true, innerException) => Tag = tag;

    /// <summary>The tag under which the job may be stored.</summary>
    public string Tag { get; }
}
