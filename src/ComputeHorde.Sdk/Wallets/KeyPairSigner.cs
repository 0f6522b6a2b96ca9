using System.Diagnostics;
using System.Text;
using ComputeHorde.Cryptography;

namespace ComputeHorde.Sdk;

/// <summary>Signs with a key pair held in memory. Owns the pair: disposing wipes the secret.</summary>
[DebuggerDisplay("{Hotkey}")]
public sealed class KeyPairSigner : ISigner, IDisposable
{
    private readonly Sr25519KeyPair _pair;

    /// <summary>Takes ownership of a key pair.</summary>
    /// <param name="pair">The pair to sign with.</param>
    public KeyPairSigner(Sr25519KeyPair pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        _pair = pair;
        Hotkey = pair.Address;
    }

    /// <inheritdoc/>
    public string Hotkey { get; }

    /// <inheritdoc/>
    public ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_pair.Sign(message.Span));
    }

    /// <summary>
    /// Derives a 256-bit key from the hotkey's secret, to encrypt with what only holders of the hotkey may read: HKDF-SHA256 (RFC 5869).
    /// The same hotkey gives the same key for the same purpose.
    /// </summary>
    /// <param name="purpose">What the key is for; no other use may have the same text.</param>
    /// <returns>32 bytes. A secret.</returns>
    /// <exception cref="ObjectDisposedException">The signer is disposed of.</exception>
    public byte[] DeriveKey(string purpose)
    {
        ArgumentException.ThrowIfNullOrEmpty(purpose);
        var key = new byte[32];
        _pair.DeriveKey(Encoding.UTF8.GetBytes(purpose), key);
        return key;
    }

    /// <summary>Wipes the secret from memory.</summary>
    public void Dispose() => _pair.Dispose();

    /// <summary>The hotkey's address; never the secret.</summary>
    /// <returns>The address.</returns>
    public override string ToString() => Hotkey;
}
