using ComputeHorde.Sdk;
using Microsoft.Extensions.Configuration;

namespace ComputeHorde.Durable.Hosting;

/// <summary>
/// Where the hotkey comes from: <c>HotkeySecret</c> (a mnemonic, a 0x-seed or a secret URI; on Azure a Key Vault reference), else the wallet folder
/// <c>WalletPath</c>/<c>WalletName</c>/hotkeys/<c>WalletHotkey</c>.
/// </summary>
internal static class HotkeySettings
{
    public static KeyPairSigner Load(IConfiguration section)
    {
        return section["HotkeySecret"] is { Length: > 0 } secret
            ? Wallet.FromUri(secret)
            : Wallet.Load(Setting("WalletName", "default"), Setting("WalletHotkey", "default"), Setting("WalletPath", Wallet.DefaultPath));

        string Setting(string name, string otherwise) => section[name] is { Length: > 0 } value ? value : otherwise;
    }
}
