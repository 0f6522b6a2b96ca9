using System.Globalization;
using ComputeHorde.Durable.LocalHost.Commands;
using Microsoft.Extensions.Configuration;

namespace ComputeHorde.Durable.LocalHost;

/// <summary>The settings of local runs.</summary>
internal static class LocalSettings
{
    /// <summary>Reads one value of local.settings.json; null when the file or the value is missing.</summary>
    /// <exception cref="UserException">The file is not valid JSON.</exception>
    public static string? Read(string name)
    {
        var file = Path.Combine(ContentRoot.Find(), "local.settings.json");
        try
        {
            return new ConfigurationBuilder().AddJsonFile(file, optional: true).Build().GetSection("Values")[name];
        }
        catch (InvalidDataException exception)
        {
            throw new UserException($"{file} is not valid: {exception.InnerException?.Message ?? exception.Message}");
        }
    }

    /// <summary>Sets the poll interval, and a timer that is no slower.</summary>
    public static void SetPolling(IDictionary<string, string?> settings, double seconds)
    {
        settings["ComputeHorde:PollIntervalSeconds"] = seconds.ToString(CultureInfo.InvariantCulture);
        settings["ComputeHordePollSchedule"] = TimeSpan.FromSeconds(seconds).ToString("c", CultureInfo.InvariantCulture);
    }
}
