using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ComputeHorde.Cryptography;

namespace ComputeHorde.Sdk;

/// <summary>Reads Bittensor key files (protocol 4.1).</summary>
internal static class KeyFile
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>The kinds of key, by the numbers that Substrate's wallets give them.</summary>
    private static readonly string[] KeyTypes = ["ed25519", "sr25519", "ecdsa"];

    /// <summary>The key pair in a file's content, which the caller erases.</summary>
    /// <exception cref="ComputeHordeException">Malformed, without a secret, not sr25519, or with an address that is not the key's; or
    /// encrypted and the password is missing or wrong.</exception>
    public static Sr25519KeyPair Read(byte[] content, string name, KeyFilePassword? password = null)
    {
        var text = SecretText.ToUtf8(content);
        var plain = EncryptedKeyFile.IsEncrypted(text) ? Decrypt(text, name, password) : text;
        try
        {
            using var document = JsonDocument.Parse(plain);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Read(document.RootElement, name)
                : throw new ComputeHordeException($"The key file {name} must hold one JSON object.");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The cause is left out: its message may quote the file.
            throw new ComputeHordeException($"The key file {name} is not a JSON object of texts.");
        }
        finally
        {
            if (plain != content)
            {
                CryptographicOperations.ZeroMemory(plain);
            }
        }
    }

    /// <summary>
    /// The password that Bittensor's wallet keeps for a file in the environment: in <c>BT_PW_</c> and the path in capitals, with <c>_</c>
    /// for separators and dots; its bytes XORed with the variable's name, in Base64.
    /// </summary>
    public static KeyFilePassword? PasswordOfBittensor(string file)
    {
        var variable = "BT_PW_" + file.Replace(Path.DirectorySeparatorChar, '_').Replace('.', '_').ToUpperInvariant();
        if (Environment.GetEnvironmentVariable(variable) is not { Length: > 0 } value)
        {
            return null;
        }

        var mask = Encoding.UTF8.GetBytes(variable);
        try
        {
            var bytes = Convert.FromBase64String(value).Select((character, i) => (byte)(character ^ mask[i % mask.Length]));
            return KeyFilePassword.FromText(Encoding.UTF8.GetString([.. bytes]));
        }
        catch (Exception error) when (error is FormatException or ArgumentException)
        {
            throw new ComputeHordeException(
                $"The environment variable {variable} does not hold a password as Bittensor's wallet writes it."
            );
        }
    }

    private static byte[] Decrypt(byte[] content, string name, KeyFilePassword? password)
    {
        // An older form is refused whatever the password, so that nobody is asked for one.
        var text = !content.AsSpan().StartsWith("$NACL"u8)
            ? ""
            : password?.Read(name)
                ?? throw new ComputeHordeException(
                    $"The key file {name} is encrypted: its password is needed, from a prompt, an environment variable or a file."
                );
        try
        {
            return EncryptedKeyFile.Decrypt(content, text);
        }
        catch (Exception error) when (error is CryptographicException or NotSupportedException or FormatException)
        {
            throw new ComputeHordeException(
                $"The key file {name} is encrypted and cannot be opened: {error.Message}",
                innerException: error
            );
        }
    }

    private static Sr25519KeyPair Read(JsonElement file, string name)
    {
        RequireSr25519(file, name);
        Sr25519KeyPair pair;
        try
        {
            pair = Secret(file, name);
        }
        catch (Exception error) when (error is ArgumentException or FormatException)
        {
            throw new ComputeHordeException($"The key file {name} holds a secret that is not valid: {error.Message}");
        }

        try
        {
            CheckPublic(file, name, pair);
            return pair;
        }
        catch
        {
            pair.Dispose();
            throw;
        }
    }

    private static void RequireSr25519(JsonElement file, string name)
    {
        if (!file.TryGetProperty("cryptoType", out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return;
        }

        var text = value.ToString().Trim();
        var type =
            int.TryParse(text, out var number) && number >= 0 && number < KeyTypes.Length ? KeyTypes[number] : text.ToLowerInvariant();
        if (type != "sr25519")
        {
            throw new ComputeHordeException(
                KeyTypes.Contains(type)
                    ? $"The key file {name} holds an {type} key (its cryptoType says so). Hotkeys of ComputeHorde are sr25519."
                    : $"The key file {name} has a cryptoType that is not known; 1 or sr25519 is due."
            );
        }
    }

    /// <summary>The order of bittensor-wallet 4: phrase, seed, private key.</summary>
    private static Sr25519KeyPair Secret(JsonElement file, string name)
    {
        if (Text(file, "secretPhrase") is { } phrase)
        {
            return Sr25519KeyPair.FromMnemonic(phrase);
        }

        if (Text(file, "secretSeed") is { } seed)
        {
            return FromBytes(Hex(seed, "secretSeed", name, 32), Sr25519KeyPair.FromSeed);
        }

        if (Text(file, "privateKey") is { } key)
        {
            // 32 bytes are a seed under another name.
            return Digits(key).Length == 64
                ? FromBytes(Hex(key, "privateKey", name, 32), Sr25519KeyPair.FromSeed)
                : FromBytes(Hex(key, "privateKey", name, 64), Sr25519KeyPair.FromSecretKey);
        }

        throw new ComputeHordeException(
            Text(file, "ss58Address") is { } address && Ss58.IsValid(address)
                ? $"The key file {name} holds only the public key of {address}; signing needs the hotkey's own file."
                : $"The key file {name} holds neither secretPhrase nor secretSeed nor privateKey."
        );
    }

    private static Sr25519KeyPair FromBytes(byte[] secret, Func<ReadOnlySpan<byte>, Sr25519KeyPair> make)
    {
        try
        {
            return make(secret);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    private static void CheckPublic(JsonElement file, string name, Sr25519KeyPair pair)
    {
        if (Text(file, "ss58Address") is { } address && address != pair.Address)
        {
            throw new ComputeHordeException($"The key file {name} names the address {address}, but its key belongs to {pair.Address}.");
        }

        foreach (var member in (ReadOnlySpan<string>)["publicKey", "accountId"])
        {
            if (Text(file, member) is { } key && !pair.PublicKey.SequenceEqual(Hex(key, member, name, 32)))
            {
                throw new ComputeHordeException($"The key file {name} has a {member} that is not its key's.");
            }
        }
    }

    private static string? Text(JsonElement file, string member) =>
        file.TryGetProperty(member, out var value)
        && value.ValueKind != JsonValueKind.Null
        && value.GetString()?.Trim() is { Length: > 0 } text
            ? text
            : null;

    private static byte[] Hex(string text, string member, string name, int length)
    {
        var digits = Digits(text);
        return digits.Length == length * 2 && !digits.ContainsAnyExcept(HexDigits)
            ? Convert.FromHexString(digits)
            : throw new ComputeHordeException($"{member} in the key file {name} must be 0x and {length * 2} hex digits.");
    }

    private static ReadOnlySpan<char> Digits(string text) =>
        text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text.AsSpan(2) : text;
}
