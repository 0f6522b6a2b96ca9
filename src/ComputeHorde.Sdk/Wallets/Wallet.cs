using System.Security.Cryptography;
using System.Text;
using ComputeHorde.Cryptography;

namespace ComputeHorde.Sdk;

/// <summary>
/// Loads hotkeys: from a Bittensor wallet folder, a key file, a seed, a mnemonic or a secret URI. Coldkeys are never needed.
/// </summary>
public static class Wallet
{
    /// <summary>Bittensor's wallet folder below the home directory.</summary>
    public const string DefaultPath = "~/.bittensor/wallets/";

    /// <summary>Loads <c>{path}/{name}/hotkeys/{hotkey}</c>.</summary>
    /// <param name="name">Wallet name.</param>
    /// <param name="hotkey">Hotkey name.</param>
    /// <param name="path">Wallet folder; a leading <c>~/</c> is the home directory. Default <see cref="DefaultPath"/>.</param>
    /// <param name="password">As for <see cref="FromKeyFile"/>.</param>
    /// <returns>The signer; dispose it to wipe the key.</returns>
    /// <exception cref="ComputeHordeException">As for <see cref="FromKeyFile"/>.</exception>
    public static KeyPairSigner Load(
        string name = "default",
        string hotkey = "default",
        string? path = null,
        KeyFilePassword? password = null
    )
    {
        RequireFileName(name, nameof(name));
        RequireFileName(hotkey, nameof(hotkey));
        return FromKeyFile(Path.Combine(path ?? DefaultPath, name, "hotkeys", hotkey), password);
    }

    /// <summary>Loads a Bittensor key file, plain or encrypted.</summary>
    /// <param name="path">The file; a leading <c>~/</c> is the home directory.</param>
    /// <param name="password">
    /// Where the password of an encrypted file comes from. By default, and before a prompt, the variable <c>BT_PW_…</c> in which
    /// Bittensor's wallet keeps it for this file.
    /// </param>
    /// <returns>The signer; dispose it to wipe the key.</returns>
    /// <exception cref="ComputeHordeException">The file is missing, malformed, has no secret, is of another kind than sr25519, or names
    /// another address than its key's; or it is encrypted and the password is missing or wrong, or its form is an older one than
    /// <c>$NACL</c>.</exception>
    public static KeyPairSigner FromKeyFile(string path, KeyFilePassword? password = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        var file = ExpandHome(path);
        var content = Read(file, "key file");
        try
        {
            if (password is null || password == KeyFilePassword.Prompt)
            {
                password = KeyFile.PasswordOfBittensor(file) ?? password;
            }

            return Guard("key file", () => KeyFile.Read(content, file, password));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    /// <summary>A key from its 32-byte mini secret.</summary>
    /// <param name="seed">32 bytes.</param>
    /// <returns>The signer; dispose it to wipe the key.</returns>
    /// <exception cref="ComputeHordeException">The seed has another length.</exception>
    public static KeyPairSigner FromSeed(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != 32)
        {
            throw new ComputeHordeException($"A seed has 32 bytes, not {seed.Length}.");
        }

        // A span cannot go into the lambda.
        var copy = seed.ToArray();
        try
        {
            return Guard("seed", () => Sr25519KeyPair.FromSeed(copy));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(copy);
        }
    }

    /// <summary>A key from a BIP39 phrase of 12 to 24 English words, without a path.</summary>
    /// <param name="mnemonic">The phrase.</param>
    /// <returns>The signer; dispose it to wipe the key.</returns>
    /// <exception cref="ComputeHordeException">The phrase is not valid (word count, unknown word, checksum).</exception>
    public static KeyPairSigner FromMnemonic(string mnemonic) => Guard("mnemonic", () => Sr25519KeyPair.FromMnemonic(mnemonic));

    /// <summary>
    /// A key from a secret URI: <c>phrase-or-0xseed[/soft][//hard]...[///password]</c>, or <c>//Alice</c> for development.
    /// </summary>
    /// <param name="uri">The secret URI. A byte order mark, line ends and white space around it are dropped, but for white space at the end
    /// of a password.</param>
    /// <returns>The signer; dispose it to wipe the key.</returns>
    /// <exception cref="ComputeHordeException">The URI is not valid.</exception>
    public static KeyPairSigner FromUri(string uri) => Guard("secret URI", () => Sr25519KeyPair.FromUri(uri));

    /// <summary>A key from a file that holds a secret URI or a mnemonic, as containers mount secrets.</summary>
    /// <param name="path">The file; a leading <c>~/</c> is the home directory.</param>
    /// <returns>The signer; dispose it to wipe the key.</returns>
    /// <exception cref="ComputeHordeException">The file cannot be read, or its text is no secret URI.</exception>
    public static KeyPairSigner FromUriFile(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var file = ExpandHome(path);
        return FromUri(Encoding.UTF8.GetString(SecretText.ToUtf8(Read(file, "secret file"))));
    }

    private static byte[] Read(string file, string what)
    {
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ComputeHordeException($"The {what} {file} cannot be read: {error.Message}", innerException: error);
        }
    }

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
        catch (DllNotFoundException error)
        {
            throw new ComputeHordeException($"The {what} cannot be used here: {error.Message}", innerException: error);
        }
    }

    private static void RequireFileName(string name, string parameter)
    {
        if (string.IsNullOrWhiteSpace(name) || name is "." or ".." || name.AsSpan().IndexOfAny('/', '\\') >= 0)
        {
            throw new ComputeHordeException($"The wallet {parameter} must be a plain file name.");
        }
    }

    private static string ExpandHome(string path) =>
        path.StartsWith("~/", StringComparison.Ordinal)
            ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), path[2..])
            : path;
}
