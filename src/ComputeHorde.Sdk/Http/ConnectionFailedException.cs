namespace ComputeHorde.Sdk;

/// <summary>No answer came: the connection failed, broke, or the time was up.</summary>
internal sealed class ConnectionFailedException(string message, bool requestMayHaveArrived, bool isTransient, Exception innerException)
    : ComputeHordeException(message, isTransient, innerException)
{
    /// <summary>False when the connection was never made, so that the server cannot have acted on the request.</summary>
    public bool RequestMayHaveArrived { get; } = requestMayHaveArrived;
}
