namespace ComputeHorde.Sdk;

/// <summary>
/// The facilitator's answer was not what the protocol says: an unexpected status, an HTML page, malformed or oversized JSON.
/// </summary>
public sealed class ComputeHordeProtocolException : ComputeHordeException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What was expected and what came.</param>
    /// <param name="isTransient">True when the same call may succeed later.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public ComputeHordeProtocolException(string message, bool isTransient = false, Exception? innerException = null)
        : base(message, isTransient, innerException) { }
}
