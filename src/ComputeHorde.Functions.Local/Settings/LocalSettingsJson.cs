namespace ComputeHorde.Functions.Local.Settings;

/// <summary>local.settings.json, read as <c>func start</c> reads it: settings that stand in for the environment.</summary>
internal sealed record LocalSettingsJson(
    IReadOnlyList<KeyValuePair<string, string?>> Values,
    int? LocalHttpPort,
    IReadOnlyList<string> IgnoredKeys
)
{
    /// <exception cref="LocalFunctionsException">The file cannot be read or is encrypted.</exception>
    public static LocalSettingsJson Load(string contentRoot)
    {
        var file = JsonSettings.Load(Path.Combine(contentRoot, "local.settings.json"));
        if (string.Equals(file.Text("IsEncrypted"), "true", StringComparison.OrdinalIgnoreCase))
        {
            throw file.Invalid("IsEncrypted", "must be false: encrypted settings can only be read by the tool that wrote them");
        }

        var port = file.Integer("Host:LocalHttpPort", 0, 1, 65_535);
        var values = file.Below("Values").Select(pair => new KeyValuePair<string, string?>(ConfigurationKey(pair.Key), pair.Value));
        var connections = file.Below("ConnectionStrings")
            .Select(pair => new KeyValuePair<string, string?>("ConnectionStrings:" + pair.Key, pair.Value));
        return new LocalSettingsJson([.. values, .. connections], port == 0 ? null : port, file.Unused());
    }

    /// <summary>The name of a setting in configuration, as environment variables have it: two underscores separate sections.</summary>
    public static string ConfigurationKey(string name) => name.Replace("__", ":", StringComparison.Ordinal);
}
