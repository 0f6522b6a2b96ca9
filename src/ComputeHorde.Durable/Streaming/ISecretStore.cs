namespace ComputeHorde.Durable.Streaming;

/// <summary>
/// Keeps secrets of runs under way, so that they outlive the process without entering a history, a status or a log. Register an
/// implementation of your own to keep them elsewhere, for example in a vault.
/// </summary>
public interface ISecretStore
{
    /// <summary>Keeps a secret, unless one is kept under its name already: whoever comes first wins.</summary>
    /// <param name="name">Its name; segments of letters, digits and <c>. _ : - ~</c>, divided by slashes.</param>
    /// <param name="secret">The secret, at most a few KiB.</param>
    /// <returns>The secret that is kept now.</returns>
    /// <exception cref="UnreadableSecretException">One is kept and cannot be read.</exception>
    Task<byte[]> KeepAsync(string name, ReadOnlyMemory<byte> secret, CancellationToken cancellationToken);

    /// <summary>Reads a secret back.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The secret; null when none is kept.</returns>
    /// <exception cref="UnreadableSecretException">One is kept and cannot be read.</exception>
    Task<byte[]?> FindAsync(string name, CancellationToken cancellationToken);

    /// <summary>Forgets every secret whose name begins with a text.</summary>
    /// <param name="prefix">The text.</param>
    Task ForgetAsync(string prefix, CancellationToken cancellationToken);
}
