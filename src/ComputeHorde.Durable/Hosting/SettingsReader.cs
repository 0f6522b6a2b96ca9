using System.Reflection;
using ComputeHorde.Sdk;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Durable.Hosting;

/// <summary>
/// Reads section <c>ComputeHorde</c> of the configuration, so that what is wrong with its values is found together with what the options
/// themselves refuse, and said before anything starts. A value of the wrong type would otherwise end the host by itself, and hide all
/// others; inside of a dictionary it would be passed over, and a limit be gone.
/// </summary>
internal sealed class SettingsReader : IValidateOptions<DurableOptions>
{
    private static readonly Type[] OptionTypes = [typeof(DurableOptions), typeof(ComputeHordeOptions)];

    /// <summary>Options of the client that the functions set themselves, or make no use of.</summary>
    private static readonly string[] NotRead =
    [
        nameof(ComputeHordeOptions.Signer),
        nameof(ComputeHordeOptions.CreateDoubt),
        nameof(ComputeHordeOptions.PollInterval),
        nameof(ComputeHordeOptions.MaxPollInterval),
    ];

    /// <summary>All that begins with <see cref="DurableOptions.Section"/> beside the section itself.</summary>
    private static readonly string[] OtherNames =
    [
        DurableOptions.Section,
        StorageAccounts.Data,
        "ComputeHordePollSchedule",
        "ComputeHordeSweepSchedule",
        "ComputeHordeApi",
    ];

    private readonly IConfiguration _configuration;
    private readonly Dictionary<string, string?> _values = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _faults = [],
        _unknown = [];
    private readonly IConfiguration _readable;

    public SettingsReader(IConfiguration configuration)
    {
        _configuration = configuration;
        var section = configuration.GetSection(DurableOptions.Section);
        var properties = OptionTypes
            .SelectMany(static type => type.GetProperties())
            .Where(static property => !NotRead.Contains(property.Name))
            .ToList();
        foreach (var property in properties)
        {
            Read(section.GetSection(property.Name), property.PropertyType);
        }

        _readable = new ConfigurationBuilder().AddInMemoryCollection(_values).Build();
        _unknown.AddRange(
            Others(section, [.. properties.Select(static property => property.Name), .. HotkeySettings.Names]).Select(NameOf)
        );
        _unknown.AddRange(
            Others(configuration, OtherNames)
                .Where(static child => child.Key.StartsWith(DurableOptions.Section, StringComparison.OrdinalIgnoreCase))
                .Select(NameOf)
        );
    }

    /// <summary>Settings that nobody reads: most likely misspelt.</summary>
    public IReadOnlyList<string> Unknown => _unknown;

    /// <summary>Sets what can be read; what cannot keeps its default, and <see cref="Validate"/> says so.</summary>
    public void Bind(object options) => _readable.Bind(options);

    public ValidateOptionsResult Validate(string? name, DurableOptions options) =>
        _faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(_faults);

    private static IEnumerable<IConfigurationSection> Others(IConfiguration parent, IReadOnlyCollection<string> names) =>
        parent.GetChildren().Where(child => !names.Contains(child.Key, StringComparer.OrdinalIgnoreCase));

    private void Read(IConfigurationSection setting, Type type)
    {
        if (SettingValue.IsSingle(type))
        {
            ReadValue(setting, type);
        }
        else
        {
            ReadEntries(setting, type.GetGenericArguments()[^1]);
        }
    }

    private void ReadValue(IConfigurationSection setting, Type type)
    {
        foreach (var part in setting.GetChildren())
        {
            _faults.Add($"{NameOf(part)} is no setting: {NameOf(setting)} has a value and no parts.");
        }

        if (setting.Value is not { } raw)
        {
            return;
        }

        var text = SettingText.Clean(setting.Key, raw);
        if (text.Length == 0 && SettingValue.MayBeEmpty(type))
        {
            return;
        }

        if (SettingValue.Read(type, text) is { } value)
        {
            _values[setting.Path[(DurableOptions.Section.Length + 1)..]] = value;
        }
        else
        {
            _faults.Add($"{NameOf(setting)} must be {SettingValue.Rule(type)}, but is '{text}'.");
        }
    }

    /// <summary>A list, or a dictionary of names to values or to objects.</summary>
    private void ReadEntries(IConfigurationSection setting, Type type)
    {
        var parts = SettingValue.IsSingle(type) ? [] : type.GetProperties();
        if (!string.IsNullOrWhiteSpace(setting.Value))
        {
            _faults.Add($"{NameOf(setting)} has no value of its own: set {setting.Key}__{Example(parts)}.");
        }

        var names = parts.Select(static part => part.Name).ToList();
        foreach (var entry in setting.GetChildren())
        {
            if (parts.Length == 0)
            {
                ReadValue(entry, type);
                continue;
            }

            if (!string.IsNullOrWhiteSpace(entry.Value))
            {
                _faults.Add($"{NameOf(entry)} has no value of its own: set {setting.Key}__{entry.Key}__{parts[0].Name}.");
            }

            foreach (var part in parts)
            {
                Read(entry.GetSection(part.Name), part.PropertyType);
            }

            // Not only warned of: a limit that is not there costs money.
            foreach (var part in Others(entry, names))
            {
                _faults.Add($"{NameOf(part)} is no setting: it must be one of {string.Join(", ", names)}.");
            }
        }
    }

    private static string Example(PropertyInfo[] parts) => parts.Length == 0 ? "0" : $"<name>__{parts[0].Name}";

    /// <summary>The name of a setting as users write it, and where it comes from as far as its provider tells.</summary>
    private string NameOf(IConfigurationSection setting)
    {
        var provider = (_configuration as IConfigurationRoot)?.Providers.LastOrDefault(provider => provider.TryGet(setting.Path, out _));
        var source = provider switch
        {
            EnvironmentVariablesConfigurationProvider => " (environment)",
            FileConfigurationProvider file => $" ({file.Source.Path})",
            _ => "",
        };
        return setting.Path.Replace(":", "__", StringComparison.Ordinal) + source;
    }
}
