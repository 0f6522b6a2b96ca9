using ComputeHorde.Sdk;
using Microsoft.Extensions.Configuration;

namespace ComputeHorde.Durable.Hosting;

/// <summary>
/// Where the hotkey comes from: <c>HotkeySecret</c> (a mnemonic, a 0x-seed or a secret URI; on Azure a Key Vault reference), a file
/// <c>HotkeySecretFile</c> that holds one, else the wallet folder <c>WalletPath</c>/<c>WalletName</c>/hotkeys/<c>WalletHotkey</c>. The
/// password of an encrypted key file is <c>WalletPassword</c>, or in the file <c>WalletPasswordFile</c>, or asked for on the terminal.
/// </summary>
internal static class HotkeySettings
{
    /// <summary>The settings that are read here, and that are no options.</summary>
    public static readonly IReadOnlyList<string> Names =
    [
        "HotkeySecret",
        "HotkeySecretFile",
        "WalletPath",
        "WalletName",
        "WalletHotkey",
        "WalletPassword",
        "WalletPasswordFile",
    ];

    public static KeyPairSigner Load(IConfiguration section)
    {
        if (Setting("HotkeySecret") is { } secret)
        {
            return Wallet.FromUri(secret);
        }

        if (Setting("HotkeySecretFile") is { } file)
        {
            return Wallet.FromUriFile(file);
        }

        return Wallet.Load(
            Setting("WalletName") ?? "default",
            Setting("WalletHotkey") ?? "default",
            Setting("WalletPath") ?? Wallet.DefaultPath,
            Password()
        );

        KeyFilePassword? Password()
        {
            if (Setting("WalletPassword") is { } text)
            {
                return KeyFilePassword.FromText(text);
            }

            return Setting("WalletPasswordFile") is { } path ? KeyFilePassword.FromFile(path)
                : Console.IsInputRedirected ? null
                : KeyFilePassword.Prompt;
        }

        string? Setting(string name) => SettingText.Find(section, name);
    }
}
