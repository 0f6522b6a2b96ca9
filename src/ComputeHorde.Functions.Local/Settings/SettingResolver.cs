using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace ComputeHorde.Functions.Local.Settings;

/// <summary>Replaces <c>%name%</c> by the setting of that name.</summary>
internal sealed partial class SettingResolver(IConfiguration configuration)
{
    private const string TimeZoneSetting = "WEBSITE_TIME_ZONE";

    /// <param name="text">The text, with or without <c>%name%</c>.</param>
    /// <param name="place">Where the text stands, for the error.</param>
    /// <exception cref="LocalFunctionsException">There is no such setting.</exception>
    public string Resolve(string text, string place) =>
        Placeholder()
            .Replace(
                text,
                match =>
                    configuration[LocalSettingsJson.ConfigurationKey(match.Groups["name"].Value)]?.Trim()
                    ?? throw new LocalFunctionsException(
                        $"{place}: there is no setting '{match.Groups["name"].Value}': add it to local.settings.json (Values) or to the environment."
                    )
            );

    /// <summary>The time zone of CRON expressions, by its IANA name.</summary>
    /// <exception cref="LocalFunctionsException">There is no such zone.</exception>
    public TimeZoneInfo TimeZone =>
        configuration[TimeZoneSetting] is not { Length: > 0 } name ? TimeZoneInfo.Utc
        : TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone
        : throw new LocalFunctionsException($"Setting {TimeZoneSetting}: this machine knows no time zone '{name}'.");

    /// <summary>A connection string by the name that a binding gives, with or without the prefix <c>AzureWebJobs</c>.</summary>
    /// <exception cref="LocalFunctionsException">There is no such setting, or it is not a connection string.</exception>
    public string Connection(string? name, string place)
    {
        name = string.IsNullOrEmpty(name) ? "AzureWebJobsStorage" : Resolve(name, place);
        var key = LocalSettingsJson.ConfigurationKey(name);
        var value = configuration["AzureWebJobs" + key] ?? configuration[key] ?? configuration.GetConnectionString(name);
        return !string.IsNullOrWhiteSpace(value)
            ? value.Trim()
            : throw new LocalFunctionsException(
                configuration.GetSection(key).GetChildren().Any()
                    ? $"{place}: connection '{name}' is identity-based: a local host needs a connection string there."
                    : $"{place}: there is no connection string '{name}': add it to local.settings.json (Values) or to the environment."
            );
    }

    [GeneratedRegex("%(?<name>[^%]+)%", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Placeholder();
}
