using System.Text.Json.Nodes;

namespace ComputeHorde.Sdk.Tests;

/// <summary>Vector files: the copies beside the tests, or another folder of the same format named by COMPUTEHORDE_VECTORS.</summary>
internal static class VectorFile
{
    private const string Variable = "COMPUTEHORDE_VECTORS";

    public static JsonObject Read(string name)
    {
        var folder = Environment.GetEnvironmentVariable(Variable);
        var path = Path.Combine(string.IsNullOrEmpty(folder) ? Path.Combine(AppContext.BaseDirectory, "vectors") : folder, name);
        Assert.SkipUnless(File.Exists(path), $"{path} is absent; {Variable} names the folder of the vector files.");
        return JsonNode.Parse(File.ReadAllText(path))!.AsObject();
    }

    /// <summary>The cases of one member; missing members have none.</summary>
    public static IReadOnlyList<JsonObject> Cases(string name, string member = "cases") =>
        Read(name)[member] is JsonArray cases ? [.. cases.Select(c => c!.AsObject())] : [];

    public static string Text(this JsonNode node, string member) => node[member]!.GetValue<string>();

    /// <summary>Runs a check on every case and reports all that fail, by name.</summary>
    public static void Check(IEnumerable<JsonObject> cases, Action<JsonObject> check) =>
        Report([.. cases.Select(item => (item, Record.Exception(() => check(item))))]);

    /// <summary>Runs a check on every case and reports all that fail, by name.</summary>
    public static async Task CheckAsync(IEnumerable<JsonObject> cases, Func<JsonObject, Task> check)
    {
        var results = new List<(JsonObject, Exception?)>();
        foreach (var item in cases)
        {
            results.Add((item, await Record.ExceptionAsync(() => check(item))));
        }

        Report(results);
    }

    private static void Report(List<(JsonObject Item, Exception? Error)> results)
    {
        var failures = results
            .Where(result => result.Error is not null)
            .Select(result => $"{Name(result.Item)}: {result.Error!.Message}")
            .ToList();
        Assert.SkipWhen(results.Count == 0, "The file has no such cases.");
        Assert.True(failures.Count == 0, $"{failures.Count} of {results.Count} cases fail:\n{string.Join("\n", failures)}");
    }

    private static string Name(JsonObject item) =>
        item["name"]?.ToString() ?? item.ToJsonString()[..Math.Min(80, item.ToJsonString().Length)];
}
