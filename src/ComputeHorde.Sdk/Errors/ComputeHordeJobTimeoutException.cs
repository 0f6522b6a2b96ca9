namespace ComputeHorde.Sdk;

/// <summary>A wait ended by its time-out. The job itself goes on: ComputeHorde has no cancellation.</summary>
public sealed class ComputeHordeJobTimeoutException : ComputeHordeException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What was waited for, and how long.</param>
    /// <param name="job">The job as it was last seen, or null when it never was.</param>
    public ComputeHordeJobTimeoutException(string message, ComputeHordeJob? job)
        : base(message) => Job = job;

    /// <summary>The job as it was last seen, or null when it never was.</summary>
    public ComputeHordeJob? Job { get; }
}
