namespace ComputeHorde.Sdk;

/// <summary>
/// No answer came: the connection failed, broke, or the time was up. Transient: even a certificate that is not trusted may be the last
/// day's.
/// </summary>
internal sealed class ConnectionFailedException(string message, bool requestMayHaveArrived, Exception innerException)
    : ComputeHordeException(message, isTransient: true, innerException)
{
    /// <summary>False when the connection was never made, so that the server cannot have acted on the request.</summary>
    public bool RequestMayHaveArrived { get; } = requestMayHaveArrived;
}
