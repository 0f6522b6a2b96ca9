using System.Reflection;
using ComputeHorde.Sdk;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Durable.Hosting;

/// <summary>
/// Reads section <c>ComputeHorde</c> of the configuration, so that what is wrong with its values is found together with what the options
/// themselves refuse, and said before anything starts. A value of the wrong type would otherwise end the host by itself, and hide all
/// others.
/// </summary>
internal sealed class SettingsReader : IValidateOptions<DurableOptions>
{
    private static readonly Type[] OptionTypes = [typeof(DurableOptions), typeof(ComputeHordeOptions)];

    private readonly List<string> _faults = [];
    private readonly IConfiguration _readable;

    public SettingsReader(IConfiguration configuration)
    {
        var section = configuration.GetSection(DurableOptions.Section);
        var readable = section
            .AsEnumerable(makePathsRelative: true)
            .ToDictionary(static pair => pair.Key, static pair => pair.Value, StringComparer.OrdinalIgnoreCase);
        readable.Remove("");
        foreach (var property in OptionTypes.SelectMany(static type => type.GetProperties()).Where(static property => property.CanWrite))
        {
            if (section[property.Name] is { } text && !CanRead(section, property))
            {
                readable.Remove(property.Name);
                _faults.Add(
                    $"{DurableOptions.Section}__{property.Name}{SourceOf(configuration, property.Name)} must be {Describe(property.PropertyType)}, but is '{text}'."
                );
            }
        }

        _readable = new ConfigurationBuilder().AddInMemoryCollection(readable).Build();
        var known = OptionTypes
            .SelectMany(static type => type.GetProperties())
            .Select(static property => property.Name)
            .Concat(HotkeySettings.Names)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        Unknown =
        [
            .. section
                .GetChildren()
                .Where(child => !known.Contains(child.Key))
                .Select(child => $"{DurableOptions.Section}__{child.Key}{SourceOf(configuration, child.Key)}"),
        ];
    }

    /// <summary>Settings that nobody reads: most likely misspelt.</summary>
    public IReadOnlyList<string> Unknown { get; }

    /// <summary>Sets what can be read; what cannot keeps its default, and <see cref="Validate"/> says so.</summary>
    public void Bind(object options) => _readable.Bind(options);

    public ValidateOptionsResult Validate(string? name, DurableOptions options) =>
        _faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(_faults);

    private static bool CanRead(IConfigurationSection section, PropertyInfo property)
    {
        try
        {
            _ = section.GetValue(property.PropertyType, property.Name);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static string Describe(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type == typeof(int) || type == typeof(long) ? "a whole number"
            : type == typeof(double) ? "a number"
            : type == typeof(bool) ? "true or false"
            : type == typeof(TimeSpan) ? "a time span, hh:mm:ss"
            : type == typeof(Uri) ? "a URL"
            : "of another type";
    }

    /// <summary>Where a value comes from, as far as its provider tells.</summary>
    private static string SourceOf(IConfiguration configuration, string name)
    {
        var provider = (configuration as IConfigurationRoot)?.Providers.LastOrDefault(provider =>
            provider.TryGet($"{DurableOptions.Section}:{name}", out _)
        );
        return provider switch
        {
            Microsoft.Extensions.Configuration.EnvironmentVariables.EnvironmentVariablesConfigurationProvider => " (environment)",
            FileConfigurationProvider file => $" ({file.Source.Path})",
            _ => "",
        };
    }
}
