using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using ComputeHorde.Cryptography;

namespace ComputeHorde.Sdk;

/// <summary>Reads Bittensor key files (protocol 4.1).</summary>
internal static class KeyFile
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>The key pair in a file's content.</summary>
    /// <exception cref="ComputeHordeException">Encrypted, malformed, without a secret, or with an address that is not the key's.</exception>
    public static Sr25519KeyPair Read(ReadOnlySpan<byte> content, string name)
    {
        RefuseEncrypted(content, name);
        try
        {
            using var document = JsonDocument.Parse(content.ToArray());
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new ComputeHordeException($"The key file {name} must hold one JSON object.");
            return Read(document.RootElement, name);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The cause is left out: its message may quote the file.
            throw new ComputeHordeException($"The key file {name} is not a JSON object of texts.");
        }
    }

    private static Sr25519KeyPair Read(JsonElement file, string name)
    {
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

    /// <summary>The order of bittensor-wallet 4: phrase, seed, private key.</summary>
    private static Sr25519KeyPair Secret(JsonElement file, string name)
    {
        if (Text(file, "secretPhrase") is { } phrase)
            return Sr25519KeyPair.FromMnemonic(phrase);
        if (Text(file, "secretSeed") is { } seed)
            return FromBytes(Hex(seed, "secretSeed", name, 32), Sr25519KeyPair.FromSeed);
        if (Text(file, "privateKey") is { } key)
            return key.Length == 66
                ? FromBytes(Hex(key, "privateKey", name, 32), Sr25519KeyPair.FromSeed)
                : FromBytes(Hex(key, "privateKey", name, 64), Sr25519KeyPair.FromSecretKey);
        throw new ComputeHordeException(
            Text(file, "ss58Address") is { } address && Ss58.IsValid(address)
                ? $"The key file {name} holds only the public key of {address}; signing needs the hotkey's own file."
                : $"The key file {name} holds neither secretPhrase nor secretSeed nor privateKey.");
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
            throw new ComputeHordeException($"The key file {name} names the address {address}, but its key belongs to {pair.Address}.");
        foreach (var member in (ReadOnlySpan<string>)["publicKey", "accountId"])
        {
            if (Text(file, member) is { } key && !pair.PublicKey.SequenceEqual(Hex(key, member, name, 32)))
                throw new ComputeHordeException($"The key file {name} has a {member} that is not its key's.");
        }
    }

    private static string? Text(JsonElement file, string member) =>
        file.TryGetProperty(member, out var value) && value.ValueKind != JsonValueKind.Null && value.GetString() is { Length: > 0 } text ? text : null;

    private static byte[] Hex(string text, string member, string name, int length)
    {
        var digits = text.StartsWith("0x", StringComparison.Ordinal) ? text.AsSpan(2) : text;
        if (digits.Length == length * 2 && !digits.ContainsAnyExcept(HexDigits))
            return Convert.FromHexString(digits);
        throw new ComputeHordeException($"{member} in the key file {name} must be 0x and {length * 2} hex digits.");
    }

    private static void RefuseEncrypted(ReadOnlySpan<byte> content, string name)
    {
        if (content.StartsWith("$NACL"u8) || content.StartsWith("$ANSIBLE_VAULT"u8) || content.StartsWith("gAAAAA"u8))
        {
            throw new ComputeHordeException(
                $"The key file {name} is encrypted, which is not supported. Hotkeys are plain by default: " +
                "decrypt it with btcli, or implement ISigner over the place where the key is kept.");
        }
    }
}
