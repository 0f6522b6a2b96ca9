using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace ComputeHorde.Durable.Azure.Tests.Settings;

/// <summary>The options of the host's extensions, as the assemblies declare them that the built app brings along for the host.</summary>
internal sealed class HostOptions : IDisposable
{
    /// <summary>Read by the extension before it knows whose options these are.</summary>
    private static readonly string[] OfEveryBackEnd = ["type"];

    private readonly MetadataLoadContext _context;
    private readonly Dictionary<string, Type> _sections;

    public HostOptions()
    {
        var app = Repository.Path("src", "ComputeHorde.Durable.Functions", "bin", Configuration, "net10.0");
        var extensions = Path.Combine(app, ".azurefunctions");
        var assemblies = new[] { extensions, app, RuntimeEnvironment.GetRuntimeDirectory() }
            .SelectMany(static folder => Directory.GetFiles(folder, "*.dll"))
            .DistinctBy(Path.GetFileName);
        _context = new MetadataLoadContext(new PathAssemblyResolver(assemblies));
        _sections = new Dictionary<string, Type>(StringComparer.Ordinal)
        {
            ["queues"] = Find("Storage.Queues", "Microsoft.Azure.WebJobs.Host.QueuesOptions"),
            ["blobs"] = Find("Storage.Blobs", "Microsoft.Azure.WebJobs.Host.BlobsOptions"),
            ["durableTask"] = Find("DurableTask", "Microsoft.Azure.WebJobs.Extensions.DurableTask.DurableTaskOptions"),
            ["durableTask.storageProvider"] = Find("DurableTask", "Microsoft.Azure.WebJobs.Extensions.DurableTask.AzureStorageOptions"),
        };

        Type Find(string extension, string type) =>
            _context
                .LoadFromAssemblyPath(Path.Combine(extensions, $"Microsoft.Azure.WebJobs.Extensions.{extension}.dll"))
                .GetType(type, throwOnError: true)!;
    }

    private static string Configuration => typeof(HostOptions).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    /// <summary>Says what no extension reads of the part <c>extensions</c> of a host.json, and what it cannot read.</summary>
    public IEnumerable<string> FaultsOf(JsonObject extensions) =>
        extensions
            .Where(section => _sections.ContainsKey(section.Key))
            .SelectMany(section => FaultsOf(section.Key, _sections[section.Key], section.Value!.AsObject()));

    public void Dispose() => _context.Dispose();

    private IEnumerable<string> FaultsOf(string path, Type options, JsonObject values)
    {
        foreach (var (key, value) in values)
        {
            var name = $"{path}.{key}";
            var property = options
                .GetProperties()
                .SingleOrDefault(property => property.Name.Equals(key, StringComparison.OrdinalIgnoreCase));
            if (property?.SetMethod is null)
            {
                if (path != "durableTask.storageProvider" || !OfEveryBackEnd.Contains(key))
                {
                    yield return $"{name} is no option of {options.Name}.";
                }
            }
            else if (value is JsonObject inner)
            {
                foreach (var fault in FaultsOf(name, _sections.GetValueOrDefault(name) ?? property.PropertyType, inner))
                {
                    yield return fault;
                }
            }
            else if (!CanRead(property.PropertyType, value!))
            {
                yield return $"{name} cannot be {value!.ToJsonString()}.";
            }
        }
    }

    private static bool CanRead(Type type, JsonNode value)
    {
        var text = value.ToString();
        type = type.IsGenericType ? type.GetGenericArguments()[0] : type;
        return type.FullName switch
        {
            "System.Boolean" => bool.TryParse(text, out _),
            "System.Int32" => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
            "System.TimeSpan" => TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out _),
            "System.String" => value.GetValueKind() == System.Text.Json.JsonValueKind.String,
            _ when type.IsEnum => type.GetEnumNames().Contains(text, StringComparer.OrdinalIgnoreCase),
            _ => false,
        };
    }
}
