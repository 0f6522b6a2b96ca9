using System.Reflection;
using System.Text.RegularExpressions;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Sdk;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Durable.Azure.Tests.Settings;

/// <summary>
/// The settings that the functions really ask for: their services are made from a configuration that records, and bindings are read.
/// </summary>
internal static partial class SettingsInCode
{
    private static readonly Dictionary<string, string?> SettingsOfACloud = new(StringComparer.OrdinalIgnoreCase)
    {
        ["AzureWebJobsStorage:accountName"] = "account",
        ["ComputeHorde:HotkeySecret"] = "//Alice",
    };

    private static readonly Dictionary<string, string?> SettingsOfTwoAccounts = new(StringComparer.OrdinalIgnoreCase)
    {
        ["ComputeHordeStorage:accountName"] = "account",
        ["ComputeHorde:HotkeySecret"] = "//Alice",
    };

    private static readonly Dictionary<string, string?> SettingsOfALaptop = new(StringComparer.OrdinalIgnoreCase)
    {
        ["AzureWebJobsStorage"] = "UseDevelopmentStorage=true",
    };

    /// <summary>The names, as application settings (<c>__</c> between the parts).</summary>
    public static IReadOnlyCollection<string> Names { get; } =
    [
        .. Asked(SettingsOfACloud)
            .Concat(Asked(SettingsOfTwoAccounts))
            .Concat(Asked(SettingsOfALaptop))
            .Concat(InBindings())
            .Select(static key => key.Replace(":", "__", StringComparison.Ordinal))
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .Order(StringComparer.Ordinal),
    ];

    private static IEnumerable<string> Asked(Dictionary<string, string?> values)
    {
        var recorder = new RecordingConfiguration(values);
        var configuration = new ConfigurationBuilder().Add(recorder).Build();
        var services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(configuration);
        services.AddComputeHordeDurable(configuration);
        using var provider = services.BuildServiceProvider();
        foreach (
            var service in services
                .Where(static service => !service.ServiceType.ContainsGenericParameters)
                .Select(static service => service.ServiceType)
                .Distinct()
                .ToList()
        )
        {
            Make(provider, service);
        }

        _ = provider.GetRequiredService<IOptions<DurableOptions>>().Value;
        _ = provider.GetRequiredService<IOptions<ComputeHordeOptions>>().Value;
        return recorder.Asked;
    }

    /// <summary>A service that cannot be made here, for want of a wallet for example, has asked for its settings all the same.</summary>
    private static void Make(IServiceProvider provider, Type service)
    {
        try
        {
            _ = provider.GetServices(service).ToList();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // What counts is what it asked for.
        }
    }

    private static IEnumerable<string> InBindings() =>
        from type in typeof(DurableServices).Assembly.GetTypes()
        from method in type.GetMethods(
            BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly
        )
        from parameter in method.GetParameters()
        from binding in parameter.GetCustomAttributes().OfType<BindingAttribute>()
        from property in binding.GetType().GetProperties()
        where property.PropertyType == typeof(string)
        let text = (string?)property.GetValue(binding)
        where text is not null
        from name in property.Name == "Connection"
            ? [text]
            : SettingPattern().Matches(text).Select(static match => match.Groups["name"].Value)
        select name;

    [GeneratedRegex("%(?<name>[^%]+)%", RegexOptions.None, 1000)]
    private static partial Regex SettingPattern();
}
