namespace ComputeHorde.Sdk;

/// <summary>Login failed, or the facilitator refused the hotkey: the key is wrong or not on the facilitator's whitelist.</summary>
public sealed class ComputeHordeAuthenticationException : ComputeHordeException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What was refused.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public ComputeHordeAuthenticationException(string message, Exception? innerException = null)
        : base(message, isTransient: false, innerException)
    {
    }
}
