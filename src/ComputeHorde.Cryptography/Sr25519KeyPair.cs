using System.Diagnostics;
using System.Security.Cryptography;

namespace ComputeHorde.Cryptography;

/// <summary>
/// An sr25519 key pair that signs. Safe for use by several threads. The secret is kept at one place, in guarded memory, never shown by
/// <see cref="ToString"/>, the debugger, exceptions or serializers, and erased by <see cref="Dispose"/>.
/// </summary>
[DebuggerDisplay("{Address,nq}")]
[DebuggerTypeProxy(typeof(DebuggerView))]
public sealed class Sr25519KeyPair : IDisposable
{
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly GuardedSecret _secretKey;

    private readonly byte[] _publicKey = new byte[Sr25519.PublicKeySize];

    /// <summary>Takes over a secret key in canonical form and erases the caller's copy.</summary>
    private Sr25519KeyPair(Span<byte> secretKey)
    {
        try
        {
            Sr25519.DerivePublicKey(secretKey, _publicKey);
            _secretKey = new(secretKey);
        }
        finally
        {
            SecretMemory.Erase(secretKey);
            SecretMemory.BurnStack();
        }

        Address = Ss58.Encode(_publicKey);
    }

    /// <summary>The public key, 32 bytes. It stays readable after <see cref="Dispose"/>.</summary>
    public ReadOnlySpan<byte> PublicKey => _publicKey;

    /// <summary>The SS58 address of the public key with the prefix of Bittensor, 42.</summary>
    public string Address { get; }

    /// <summary>Makes a key pair from the operating system's randomness.</summary>
    /// <returns>A new key pair; dispose it.</returns>
    public static Sr25519KeyPair Generate()
    {
        Span<byte> seed = stackalloc byte[Sr25519.SeedSize];
        RandomNumberGenerator.Fill(seed);
        var pair = FromSeed(seed);
        SecretMemory.Erase(seed);
        return pair;
    }

    /// <summary>Makes the key pair of a seed (mini secret), expanded in ed25519 mode as Substrate and Bittensor do.</summary>
    /// <param name="seed">32 bytes. The caller erases them.</param>
    /// <returns>A new key pair; dispose it.</returns>
    /// <exception cref="ArgumentException">The seed has not 32 bytes.</exception>
    public static Sr25519KeyPair FromSeed(ReadOnlySpan<byte> seed)
    {
        Error.ThrowIfNotLength(seed, Sr25519.SeedSize, nameof(seed));
        Span<byte> secretKey = stackalloc byte[Sr25519.SecretKeySize];
        Sr25519.ExpandSeed(seed, secretKey);
        return new(secretKey);
    }

    /// <summary>
    /// Makes the key pair of a BIP39 phrase, the Substrate way (see <see cref="Mnemonic.ToSeed(ReadOnlySpan{char}, ReadOnlySpan{char})"/>).
    /// </summary>
    /// <param name="phrase">12, 15, 18, 21 or 24 English words. No derivation path: see <see cref="FromUri"/>.</param>
    /// <param name="password">The password; none by default.</param>
    /// <returns>A new key pair; dispose it.</returns>
    /// <exception cref="FormatException">The phrase is not valid. The message names positions, never words.</exception>
    public static Sr25519KeyPair FromMnemonic(ReadOnlySpan<char> phrase, ReadOnlySpan<char> password = default)
    {
        Span<byte> seed = stackalloc byte[Sr25519.SeedSize];
        Mnemonic.ToSeed(phrase, password, seed);
        var pair = FromSeed(seed);
        SecretMemory.Erase(seed);
        return pair;
    }

    /// <summary>
    /// Makes the key pair of a Substrate secret URI: <c>phrase-or-0xseed[/soft][//hard]...[///password]</c>. Without a phrase, as in
    /// <c>//Alice</c>, it is a child of the well-known development phrase: a key that everybody has.
    /// </summary>
    /// <param name="uri">The URI; not empty. A byte order mark, line ends and white space around it, as files and settings have them, are
    /// dropped, but for white space at the end of a password. A password has no effect on a hexadecimal seed, as in Substrate.</param>
    /// <returns>A new key pair; dispose it.</returns>
    /// <exception cref="FormatException">The URI is empty or malformed. The message names positions, never parts of the URI.</exception>
    public static Sr25519KeyPair FromUri(ReadOnlySpan<char> uri) => SecretUri.Open(uri);

    /// <summary>
    /// Makes the key pair of a secret key in schnorrkel's canonical form, which Bittensor key files hold as <c>privateKey</c>.
    /// </summary>
    /// <param name="secretKey">64 bytes: the scalar, not multiplied by the cofactor 8 as polkadot-js has it, and the nonce seed. The caller
    /// erases them.</param>
    /// <returns>A new key pair; dispose it.</returns>
    /// <exception cref="ArgumentException">It has not 64 bytes, or its scalar is zero or not below the group order.</exception>
    public static Sr25519KeyPair FromSecretKey(ReadOnlySpan<byte> secretKey)
    {
        Error.ThrowIfNotLength(secretKey, Sr25519.SecretKeySize, nameof(secretKey));
        Span<byte> copy = stackalloc byte[Sr25519.SecretKeySize];
        secretKey.CopyTo(copy);
        return new(copy);
    }

    /// <summary>Signs a message. Two signatures of one message differ. Nothing is allocated.</summary>
    /// <param name="message">Any bytes; ComputeHorde signs a BLAKE2b-512 digest.</param>
    /// <param name="signature">Receives the signature, exactly 64 bytes.</param>
    /// <exception cref="ArgumentException">The destination has not 64 bytes.</exception>
    /// <exception cref="ObjectDisposedException">The key pair is disposed of.</exception>
    public void Sign(ReadOnlySpan<byte> message, Span<byte> signature)
    {
        Error.ThrowIfNotLength(signature, Sr25519.SignatureSize, nameof(signature));
        using var secretKey = _secretKey.Open();
        Span<byte> randomness = stackalloc byte[32];
        RandomNumberGenerator.Fill(randomness);
        Sr25519.Sign(secretKey.Bytes, _publicKey, message, randomness, signature);
        SecretMemory.Erase(randomness);
        SecretMemory.BurnStack();
    }

    /// <summary>Signs a message. Two signatures of one message differ.</summary>
    /// <param name="message">Any bytes; ComputeHorde signs a BLAKE2b-512 digest.</param>
    /// <returns>A new array of 64 bytes.</returns>
    /// <exception cref="ObjectDisposedException">The key pair is disposed of.</exception>
    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        var signature = new byte[Sr25519.SignatureSize];
        Sign(message, signature);
        return signature;
    }

    /// <summary>Derives a hard child (<c>//name</c> in a URI): nothing connects it to this key but the secret.</summary>
    /// <param name="chainCode">32 bytes.</param>
    /// <returns>A new key pair; dispose it.</returns>
    /// <exception cref="ArgumentException">The chain code has not 32 bytes.</exception>
    /// <exception cref="ObjectDisposedException">The key pair is disposed of.</exception>
    public Sr25519KeyPair DeriveHard(ReadOnlySpan<byte> chainCode)
    {
        Error.ThrowIfNotLength(chainCode, Sr25519.ChainCodeSize, nameof(chainCode));
        using var secretKey = _secretKey.Open();
        Span<byte> seed = stackalloc byte[Sr25519.SeedSize];
        Sr25519Derivation.DeriveHard(secretKey.Bytes, chainCode, seed);
        var child = FromSeed(seed);
        SecretMemory.Erase(seed);
        return child;
    }

    /// <summary>
    /// Derives a soft child (<c>/name</c> in a URI). Its public key follows from this public key and the chain code. Its nonce seed is
    /// random, so two derivations sign differently, with the same key.
    /// </summary>
    /// <param name="chainCode">32 bytes.</param>
    /// <returns>A new key pair; dispose it.</returns>
    /// <exception cref="ArgumentException">The chain code has not 32 bytes.</exception>
    /// <exception cref="ObjectDisposedException">The key pair is disposed of.</exception>
    public Sr25519KeyPair DeriveSoft(ReadOnlySpan<byte> chainCode)
    {
        Error.ThrowIfNotLength(chainCode, Sr25519.ChainCodeSize, nameof(chainCode));
        using var secretKey = _secretKey.Open();
        Span<byte> child = stackalloc byte[Sr25519.SecretKeySize];
        Sr25519Derivation.DeriveSoft(secretKey.Bytes, _publicKey, chainCode, child);
        return new(child);
    }

    /// <summary>
    /// Derives a symmetric key that only the holder of this secret can derive: HKDF-SHA256 (RFC 5869) over the secret scalar, without salt.
    /// Keys of different purposes tell nothing of one another, nor of the secret.
    /// </summary>
    /// <param name="purpose">What the key is for, as a text of bytes that no other use has; HKDF calls it info.</param>
    /// <param name="key">Receives the key; 1 to 8160 bytes.</param>
    /// <exception cref="ObjectDisposedException">The key pair is disposed of.</exception>
    public void DeriveKey(ReadOnlySpan<byte> purpose, Span<byte> key)
    {
        using var secretKey = _secretKey.Open();

        // Only the scalar: the nonce seed of a soft child differs each time that it is derived.
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secretKey.Bytes[..Sr25519.ScalarSize], key, salt: [], purpose);
    }

    /// <summary>Erases the secret key, as soon as nobody is signing with it. The public key and the address stay readable.</summary>
    public void Dispose() => _secretKey.Dispose();

    /// <summary>The address.</summary>
    /// <returns>The SS58 address, never a part of the secret.</returns>
    public override string ToString() => Address;

    private sealed class DebuggerView(Sr25519KeyPair pair)
    {
        public string Address { get; } = pair.Address;
    }
}
