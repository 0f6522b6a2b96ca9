using ComputeHorde.Cryptography;

namespace ComputeHorde.Sdk;

/// <summary>Loads hotkeys: from a Bittensor wallet folder, a key file, a seed, a mnemonic or a secret URI. Coldkeys are never needed.</summary>
public static class Wallet
{
    /// <summary>Bittensor's wallet folder below the home directory.</summary>
    public const string DefaultPath = "~/.bittensor/wallets/";

    /// <summary>Loads <c>{path}/{name}/hotkeys/{hotkey}</c>.</summary>
    /// <param name="name">Wallet name.</param>
    /// <param name="hotkey">Hotkey name.</param>
    /// <param name="path">Wallet folder; a leading <c>~/</c> is the home directory. Default <see cref="DefaultPath"/>.</param>
    /// <returns>The signer; dispose it to wipe the key.</returns>
    /// <exception cref="ComputeHordeException">The file is missing, encrypted, malformed, has no secret, or names another address than its key's.</exception>
    public static KeyPairSigner Load(string name = "default", string hotkey = "default", string? path = null)
    {
        RequireFileName(name, nameof(name));
        RequireFileName(hotkey, nameof(hotkey));
        return FromKeyFile(Path.Combine(path ?? DefaultPath, name, "hotkeys", hotkey));
    }

    /// <summary>Loads an unencrypted Bittensor key file.</summary>
    /// <param name="path">The file; a leading <c>~/</c> is the home directory.</param>
    /// <returns>The signer; dispose it to wipe the key.</returns>
    /// <exception cref="ComputeHordeException">The file is missing, encrypted, malformed, has no secret, or names another address than its key's.</exception>
    public static KeyPairSigner FromKeyFile(string path)
    {
        var file = ExpandHome(path);
        byte[] content;
        try
        {
            content = File.ReadAllBytes(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ComputeHordeException($"The key file {file} cannot be read: {error.Message}", innerException: error);
        }

        return new KeyPairSigner(KeyFile.Read(content, file));
    }

    /// <summary>A key from its 32-byte mini secret.</summary>
    /// <param name="seed">32 bytes.</param>
    /// <returns>The signer; dispose it to wipe the key.</returns>
    /// <exception cref="ComputeHordeException">The seed has another length.</exception>
    public static KeyPairSigner FromSeed(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != 32)
            throw new ComputeHordeException($"A seed has 32 bytes, not {seed.Length}.");
        return new KeyPairSigner(Sr25519KeyPair.FromSeed(seed));
    }

    /// <summary>A key from a BIP39 phrase of 12 to 24 English words, without a path.</summary>
    /// <param name="mnemonic">The phrase.</param>
    /// <returns>The signer; dispose it to wipe the key.</returns>
    /// <exception cref="ComputeHordeException">The phrase is not valid (word count, unknown word, checksum).</exception>
    public static KeyPairSigner FromMnemonic(string mnemonic) =>
        Guard("mnemonic", () => Sr25519KeyPair.FromMnemonic(mnemonic));

    /// <summary>A key from a secret URI: <c>phrase-or-0xseed[/soft][//hard]...[///password]</c>, or <c>//Alice</c> for development.</summary>
    /// <param name="uri">The secret URI.</param>
    /// <returns>The signer; dispose it to wipe the key.</returns>
    /// <exception cref="ComputeHordeException">The URI is not valid.</exception>
    public static KeyPairSigner FromUri(string uri) =>
        Guard("secret URI", () => Sr25519KeyPair.FromUri(uri));

    private static KeyPairSigner Guard(string what, Func<Sr25519KeyPair> load)
    {
        try
        {
            return new KeyPairSigner(load());
        }
        catch (Exception error) when (error is ArgumentException or FormatException)
        {
            throw new ComputeHordeException($"The {what} is not valid: {error.Message}", innerException: error);
        }
    }

    private static void RequireFileName(string name, string parameter)
    {
        if (string.IsNullOrWhiteSpace(name) || name is "." or ".." || name.AsSpan().IndexOfAny('/', '\\') >= 0)
            throw new ComputeHordeException($"The wallet {parameter} must be a plain file name.");
    }

    private static string ExpandHome(string path) =>
        path.StartsWith("~/", StringComparison.Ordinal)
            ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), path[2..])
            : path;
}
