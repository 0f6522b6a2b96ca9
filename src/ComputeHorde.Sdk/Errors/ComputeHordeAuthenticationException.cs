namespace ComputeHorde.Sdk;

/// <summary>
/// Login failed, or the facilitator refused the hotkey: the key is wrong, not on the facilitator's whitelist, or something on the way
/// answers in its stead.
/// Counts as transient: one refusal does not tell a key that was never allowed from one that will be a moment later.
/// </summary>
public sealed class ComputeHordeAuthenticationException : ComputeHordeException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What was refused.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public ComputeHordeAuthenticationException(string message, Exception? innerException = null)
        : base(message, isTransient: true, innerException) { }

    /// <summary>True when the facilitator refused the login itself, which a repeat within seconds does not change.</summary>
    internal bool IsLoginRefused { get; init; }
}
