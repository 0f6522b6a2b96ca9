using System.Text.Json.Nodes;

namespace ComputeHorde.Durable.Azure.Tests.Infra;

/// <summary>The Terraform files of one folder, as JSON.</summary>
/// <param name="Folder">The folder, relative to <c>infra</c>; empty for the root module.</param>
/// <param name="Files">The parsed files, by name.</param>
internal sealed record TerraformModule(string Folder, IReadOnlyDictionary<string, JsonObject> Files)
{
    public IReadOnlyDictionary<string, JsonObject> Variables => Named("variable");

    public IReadOnlyDictionary<string, JsonObject> Outputs => Named("output");

    public IReadOnlyDictionary<string, JsonObject> Modules => Named("module");

    public IReadOnlyDictionary<string, JsonNode?> Locals => Files.Values
        .SelectMany(static file => file["locals"]?.AsArray() ?? [])
        .SelectMany(static block => block!.AsObject())
        .ToDictionary(static local => local.Key, static local => local.Value, StringComparer.Ordinal);

    public IEnumerable<TerraformBlock> Resources => Blocks("resource");

    public IEnumerable<TerraformBlock> Data => Blocks("data");

    /// <summary>Every expression and template of the module, with the file it stands in.</summary>
    public IEnumerable<(string File, string Text)> Strings => Files.SelectMany(static file => StringsOf(file.Value).Select(text => (file.Key, text)));

    public static IEnumerable<string> StringsOf(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(static pair => StringsOf(pair.Value)),
        JsonArray list => list.SelectMany(StringsOf),
        JsonValue value when value.TryGetValue<string>(out var text) => [text],
        _ => [],
    };

    private Dictionary<string, JsonObject> Named(string kind) => Files.Values
        .SelectMany(file => file[kind]?.AsObject() ?? [])
        .ToDictionary(static pair => pair.Key, static pair => pair.Value!.AsArray()[0]!.AsObject(), StringComparer.Ordinal);

    private IEnumerable<TerraformBlock> Blocks(string kind) =>
        from file in Files
        from type in file.Value[kind]?.AsObject() ?? []
        from instance in type.Value!.AsObject()
        select new TerraformBlock(file.Key, kind, type.Key, instance.Key, instance.Value!.AsArray()[0]!.AsObject());
}

/// <summary>A resource or a data source.</summary>
internal sealed record TerraformBlock(string File, string Kind, string Type, string Name, JsonObject Body)
{
    public string Address => $"{File}: {(Kind == "data" ? "data." : string.Empty)}{Type}.{Name}";
}
