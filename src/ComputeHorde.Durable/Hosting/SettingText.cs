using Microsoft.Extensions.Configuration;

namespace ComputeHorde.Durable.Hosting;

/// <summary>
/// What a setting says. Editors, shells and vault tools leave byte order marks, blanks and line ends around a value; none of them is meant,
/// but for blanks around a password.
/// </summary>
public static class SettingText
{
    private const char ByteOrderMark = '\uFEFF';

    /// <summary>Settings that may end with a blank: a password, and a secret URI, which may end with one.</summary>
    private static readonly string[] Passwords = ["WalletPassword", "HotkeySecret"];

    /// <summary>Reads a setting.</summary>
    /// <param name="configuration">The configuration, or a section of it.</param>
    /// <param name="name">The setting's name in it.</param>
    /// <returns>Its value, cleaned; null where it is not set, or empty.</returns>
    public static string? Find(IConfiguration configuration, string name)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return configuration[name] is { } text && Clean(name, text) is { Length: > 0 } clean ? clean : null;
    }

    /// <summary>Takes off a value what is not meant.</summary>
    internal static string Clean(string name, string text)
    {
        text = text.TrimStart(ByteOrderMark);
        return Passwords.Any(password => name.EndsWith(password, StringComparison.OrdinalIgnoreCase))
            ? text.TrimEnd('\r', '\n')
            : text.Trim();
    }
}
