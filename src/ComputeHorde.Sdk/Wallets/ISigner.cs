namespace ComputeHorde.Sdk;

/// <summary>
/// Signs for one hotkey. Implement it to keep the key in a vault or an HSM; <see cref="Wallet"/> makes the ones for local keys.
/// </summary>
public interface ISigner
{
    /// <summary>The hotkey's SS58 address in format 42 (48 characters starting with 5).</summary>
    string Hotkey { get; }

    /// <summary>Signs a message with sr25519 in the context <c>substrate</c>.</summary>
    /// <param name="message">The bytes to sign, raw: no hashing, no prefix.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The 64 bytes of the signature.</returns>
    ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default);
}
