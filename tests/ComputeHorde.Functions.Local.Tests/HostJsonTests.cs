using System.Reflection;
using System.Text.Json.Nodes;
using ComputeHorde.Functions.Local.Settings;
using Microsoft.Extensions.Configuration;

namespace ComputeHorde.Functions.Local.Tests;

/// <summary>A value of the wrong type is refused under every key of host.json that is read, by its name.</summary>
public sealed class HostJsonTests : IDisposable
{
    private static readonly IConfiguration NoSettings = new ConfigurationBuilder().Build();

    /// <summary>Where the properties of a type stand in the file.</summary>
    private static readonly Dictionary<Type, string> Sections = new()
    {
        [typeof(HostJson)] = "",
        [typeof(HttpSettings)] = "extensions:http:",
        [typeof(QueueSettings)] = "extensions:queues:",
        [typeof(BlobSettings)] = "extensions:blobs:",
        [typeof(DurableSettings)] = "extensions:durableTask:",
    };

    /// <summary>Keys that no property has the name of, and what they hold: a choice has an enum's type, whichever.</summary>
    private static readonly Dictionary<string, Type> Others = new()
    {
        ["version"] = typeof(DayOfWeek),
        ["extensions:queues:messageEncoding"] = typeof(DayOfWeek),
        ["extensions:durableTask:overridableExistingInstanceStates"] = typeof(DayOfWeek),
        ["extensions:durableTask:defaultVersion"] = typeof(string),
        ["extensions:durableTask:versionMatchStrategy"] = typeof(DayOfWeek),
        ["extensions:durableTask:versionFailureStrategy"] = typeof(DayOfWeek),
        ["logging:logLevel:"] = typeof(DayOfWeek),
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("hostjson").FullName;

    public static TheoryData<string> Keys => [.. ReadKeys()];

    [Theory]
    [MemberData(nameof(Keys))]
    public void Load_ValueOfTheWrongType_IsRefusedByItsKey(string key)
    {
        var name = key == "logging:logLevel:" ? "logging:logLevel:Function" : key.TrimEnd(':');
        foreach (var wrong in key == "functions:" ? ["5", "\"One\"", "{\"x\":\"One\"}", "[{}]"] : WrongValues(TypeOf(key)))
        {
            Assert.Contains($"host.json: {name.Replace(':', '.')}", Refusal(name, wrong), StringComparison.Ordinal);
        }

        for (var end = name.IndexOf(':', StringComparison.Ordinal); end >= 0; end = name.IndexOf(':', end + 1))
        {
            foreach (var wrong in (string[])["5", "true", "\"text\"", "[]", "[1]", "[\"Information\"]"])
            {
                var section = name[..end];
                Assert.Contains(
                    $"host.json: {section.Replace(':', '.')} must hold further keys",
                    Refusal(section, wrong),
                    StringComparison.Ordinal
                );
            }
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>All that is asked of a file, also of one that has everything.</summary>
    private static IEnumerable<string> ReadKeys()
    {
        var file = JsonSettings.Load(Path.Combine(Path.GetTempPath(), "there-is-none", "host.json"));
        HostJson.From(file, NoSettings);
        return file.Used.Append("version").Distinct();
    }

    private static Type TypeOf(string key)
    {
        var property = Sections
            .Select(section =>
                key.StartsWith(section.Value, StringComparison.Ordinal)
                    ? section.Key.GetProperty(
                        key[section.Value.Length..],
                        BindingFlags.Instance | BindingFlags.Public | BindingFlags.IgnoreCase
                    )
                    : null
            )
            .FirstOrDefault(found => found is not null);
        var type =
            property?.PropertyType
            ?? (Others.TryGetValue(key, out var other) ? other : throw new InvalidOperationException($"What does {key} hold?"));
        return Nullable.GetUnderlyingType(type) ?? type;
    }

    private static string[] WrongValues(Type type)
    {
        string[] wrong =
            type == typeof(string) ? []
            : type == typeof(int) ? ["\"many\"", "1.5", "true", "\"\""]
            : type == typeof(bool) ? ["\"maybe\"", "5", "\"\""]
            : type == typeof(TimeSpan) ? ["\"soon\"", "true", "\"\""]
            : type.IsEnum ? ["\"else\"", "5", "true", "\"\""]
            : throw new InvalidOperationException($"What is no {type}?");
        return [.. wrong, "{}", "{\"x\":1}", "[]", "[1]"];
    }

    private string Refusal(string key, string value)
    {
        var file = new JsonObject { ["version"] = "2.0" };
        var (section, parts) = (file, key.Split(':'));
        foreach (var part in parts[..^1])
        {
            section[part] = new JsonObject();
            section = section[part]!.AsObject();
        }

        section[parts[^1]] = JsonNode.Parse(value);
        File.WriteAllText(Path.Combine(_folder, "host.json"), file.ToJsonString());
        try
        {
            HostJson.Load(_folder, NoSettings);
            return $"{key} = {value} was accepted";
        }
        catch (LocalFunctionsException e)
        {
            return e.Message;
        }
    }
}
