using System.Security.Cryptography;

namespace ComputeHorde.Cryptography;

/// <summary>
/// Key files that Bittensor's wallet has encrypted under a password: <c>$NACL</c>, a nonce of 24 bytes, and a box of XSalsa20-Poly1305
/// whose key is Argon2i of the password with one salt for all (8 passes over 512 MiB).
/// </summary>
public static class EncryptedKeyFile
{
    private const int NonceSize = 24;
    private const int TagSize = 16;
    private const int KeySize = 32;
    private const int Passes = 8;
    private const int Memory = 512 << 20;
    private const int Argon2i13 = 1;

    private static ReadOnlySpan<byte> Marker => "$NACL"u8;

    private static ReadOnlySpan<byte> Salt =>
        [0x13, 0x71, 0x83, 0xdf, 0xf1, 0x5a, 0x09, 0xbc, 0x9c, 0x90, 0xb5, 0x51, 0x87, 0x39, 0xe9, 0xb1];

    /// <summary>Whether the content is encrypted, in this form or in an older one of Bittensor's.</summary>
    /// <param name="content">The content of a key file.</param>
    /// <returns>False for a plain file, and for what is no key file at all.</returns>
    public static bool IsEncrypted(ReadOnlySpan<byte> content) => content.StartsWith(Marker) || OlderForm(content) is not null;

    /// <summary>Decrypts a key file. Takes seconds and 512 MiB of memory: that is what protects the password.</summary>
    /// <param name="content">The content of the file.</param>
    /// <param name="password">The password; every character counts.</param>
    /// <returns>The plain file, an array that the caller erases.</returns>
    /// <exception cref="CryptographicException">The password is wrong or the file was changed (nobody can tell which), or there are no 512
    /// MiB.</exception>
    /// <exception cref="NotSupportedException">The file has one of the older forms, which the message names.</exception>
    /// <exception cref="FormatException">The file is not encrypted, too short, or the password is no Unicode.</exception>
    public static byte[] Decrypt(ReadOnlySpan<byte> content, ReadOnlySpan<char> password)
    {
        if (OlderForm(content) is { } form)
        {
            throw new NotSupportedException(
                $"It is encrypted in the older form {form}, which is not supported: let btcli write it anew, as $NACL."
            );
        }

        if (!content.StartsWith(Marker) || content.Length < Marker.Length + NonceSize + TagSize)
        {
            throw new FormatException(content.StartsWith(Marker) ? "The encrypted key file is cut off." : "The key file is not encrypted.");
        }

        var secret = SecretMemory.ToUtf8(password) ?? throw new FormatException("The password has a surrogate without its pair.");
        Span<byte> key = stackalloc byte[KeySize];
        try
        {
            if (Sodium.Argon2i(key, KeySize, secret, (ulong)secret.Length, Salt, Passes, Memory, Argon2i13) != 0)
            {
                throw new CryptographicException("The system has no 512 MiB of memory, which decrypting a key file takes.");
            }

            var box = content[(Marker.Length + NonceSize)..];
            var plain = SecretMemory.Allocate(box.Length - TagSize);
            return Sodium.OpenSecretBox(plain, box, (ulong)box.Length, content.Slice(Marker.Length, NonceSize), key) == 0
                ? plain
                : throw new CryptographicException("The password is wrong, or the encrypted key file was changed.");
        }
        finally
        {
            SecretMemory.Erase(secret);
            SecretMemory.Erase(key);
        }
    }

    private static string? OlderForm(ReadOnlySpan<byte> content) =>
        content.StartsWith("$ANSIBLE_VAULT"u8) ? "Ansible Vault"
        : content.StartsWith("gAAAAA"u8) ? "Fernet"
        : null;
}
