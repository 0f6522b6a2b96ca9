namespace ComputeHorde.Durable.Streaming;

/// <summary>A secret is kept and cannot be read: it was encrypted under another hotkey, or was changed.</summary>
/// <param name="name">The name of the secret.</param>
/// <param name="innerException">What reading it met.</param>
public sealed class UnreadableSecretException(string name, Exception? innerException = null)
    : Exception($"The secret '{name}' cannot be read: it was kept under another hotkey, or was changed since.", innerException);
