namespace ComputeHorde.Sdk;

/// <summary>The facilitator answered 404: the job is unknown, belongs to another hotkey, or is older than seven days.</summary>
public sealed class ComputeHordeNotFoundException : ComputeHordeException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What was not found.</param>
    public ComputeHordeNotFoundException(string message)
        : base(message) => StatusCode = 404;
}
