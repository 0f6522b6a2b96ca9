using System.Globalization;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.LocalHost.Commands;
using Microsoft.Extensions.Configuration;

namespace ComputeHorde.Durable.LocalHost;

/// <summary>
/// What environment and local.settings.json say, in the forms that the functions take as well: any letter case, <c>__</c> or <c>:</c>
/// between sections.
/// </summary>
internal sealed class LocalSettings
{
    private const string PollInterval = "ComputeHorde:PollIntervalSeconds",
        PollSchedule = "ComputeHordePollSchedule",
        SweepSchedule = "ComputeHordeSweepSchedule";

    /// <summary>What the emulator brings itself.</summary>
    private static readonly string[] OfTheRealHorde =
    [
        "ValidatorHotkey",
        "HotkeySecret",
        "HotkeySecretFile",
        "WalletPath",
        "WalletName",
        "WalletHotkey",
        "WalletPassword",
        "WalletPasswordFile",
    ];

    private readonly IConfiguration _configuration;

    private LocalSettings(IConfiguration configuration) => _configuration = configuration;

    public IConfiguration Configuration => _configuration;

    /// <summary>The facilitator; null for the emulator.</summary>
    /// <exception cref="UserException">It is not a URL.</exception>
    public Uri? FacilitatorUrl => ParseUrl("ComputeHorde__FacilitatorUrl", Text("ComputeHorde:FacilitatorUrl"));

    /// <summary>
    /// The connection string of a storage account; null where none is set, and for the development storage, which is ours to start.
    /// </summary>
    public string? StorageConnectionString => Text("AzureWebJobsStorage") is { } text && text != "UseDevelopmentStorage=true" ? text : null;

    /// <summary>Settings of a real ComputeHorde, by the names that users know, which an emulator makes of no use.</summary>
    public IEnumerable<string> IgnoredByTheEmulator =>
        OfTheRealHorde.Where(name => Text("ComputeHorde:" + name) is not null).Select(static name => "ComputeHorde__" + name);

    /// <summary>What is wrong with the account of the settings; null for nothing.</summary>
    public string? StorageWarning =>
        Text(StorageAccounts.Host) is null && _configuration.GetSection(StorageAccounts.Host).GetChildren().Any()
            ? $"{StorageAccounts.Host} is an identity connection and is ignored: a local host needs a connection string there, or brings a storage of its own."
            : null;

    /// <summary>Whether the user has set something.</summary>
    public bool Has(string name) => Text(name) is not null;

    /// <summary>Reads the settings.</summary>
    /// <exception cref="UserException">local.settings.json is not valid JSON.</exception>
    public static LocalSettings Load()
    {
        var file = Path.Combine(ContentRoot.Find(), "local.settings.json");
        try
        {
            var values = new ConfigurationBuilder()
                .AddJsonFile(file, optional: true)
                .Build()
                .GetSection("Values")
                .AsEnumerable(makePathsRelative: true)
                .Select(static pair => KeyValuePair.Create(pair.Key.Replace("__", ":", StringComparison.Ordinal), pair.Value));
            return new LocalSettings(new ConfigurationBuilder().AddInMemoryCollection(values).AddEnvironmentVariables().Build());
        }
        catch (InvalidDataException exception)
        {
            throw new UserException($"{file} is not valid: {exception.InnerException?.Message ?? exception.Message}");
        }
    }

    /// <summary>Reads a URL.</summary>
    /// <exception cref="UserException">It is none.</exception>
    public static Uri? ParseUrl(string name, string? text) =>
        string.IsNullOrEmpty(text) ? null
        : Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps) ? url
        : throw new UserException($"{name} is '{text}'; it must be an absolute http or https URL.");

    /// <summary>Sets the poll interval, and a timer that is no slower.</summary>
    public static void SetPolling(IDictionary<string, string?> settings, double seconds)
    {
        settings[PollInterval] = seconds.ToString(CultureInfo.InvariantCulture);
        settings[PollSchedule] = TimeSpan.FromSeconds(seconds).ToString("c", CultureInfo.InvariantCulture);
    }

    /// <summary>Sets what the functions need and nobody has set: how often to poll, and when to sweep.</summary>
    public void AddDefaults(IDictionary<string, string?> settings, double pollSeconds)
    {
        if (Text(PollInterval) is null && Text(PollSchedule) is null)
        {
            SetPolling(settings, pollSeconds);
        }
        else if (Text(PollSchedule) is null)
        {
            settings[PollSchedule] =
                double.TryParse(Text(PollInterval), CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0.05 and <= 3600
                    ? TimeSpan.FromSeconds(seconds).ToString("c", CultureInfo.InvariantCulture)
                    : "00:00:05";
        }

        if (Text(SweepSchedule) is null)
        {
            settings[SweepSchedule] = "0 */10 * * * *";
        }
    }

    private string? Text(string name) => SettingText.Find(_configuration, name);
}
