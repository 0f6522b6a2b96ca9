using System.Text.Json.Nodes;

namespace ComputeHorde.Durable.Azure.Tests.Infra;

/// <summary>Compares resources and data sources with the azurerm schema, down to the last nested block.</summary>
/// <param name="schema">What tools/infra-check/make-schema.mjs has cut out of the provider's own.</param>
internal sealed class SchemaCheck(JsonObject schema)
{
    private static readonly HashSet<string> Meta = ["count", "for_each", "depends_on", "lifecycle", "provider", "provisioner", "connection"];

    public static SchemaCheck Load() => new(JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "azurerm-schema.json")))!.AsObject());

    public IEnumerable<string> Check(TerraformModule module) => module.Resources.Concat(module.Data).SelectMany(Check);

    /// <summary>Whether a type has such an argument, block or computed attribute; null when the type is not known.</summary>
    public bool? Knows(string kind, string type, string attribute) => schema[kind]?[type] is { } known
        ? known["attributes"]?[attribute] is not null || known["blocks"]?[attribute] is not null
        : null;

    private IEnumerable<string> Check(TerraformBlock block) => schema[block.Kind]?[block.Type] is JsonObject known
        ? CheckBody(block.Address, block.Body, known, isTopLevel: true)
        : [$"{block.Address}: type {block.Type} is not in azurerm-schema.json (unknown, or the schema has to be made again)"];

    private static IEnumerable<string> CheckBody(string where, JsonObject body, JsonObject known, bool isTopLevel)
    {
        var attributes = known["attributes"]!.AsObject();
        var blocks = known["blocks"]!.AsObject();
        var dynamics = body["dynamic"]?.AsObject() ?? [];
        foreach (var (name, value) in body)
        {
            if (name == "dynamic" || (isTopLevel && Meta.Contains(name)))
            {
                continue;
            }

            if (blocks[name] is JsonObject block)
            {
                foreach (var problem in CheckBlocks($"{where}.{name}", value, block))
                {
                    yield return problem;
                }
            }
            else if (attributes[name] is not { } need)
            {
                yield return $"{where}: unknown argument '{name}'";
            }
            else if (need.GetValue<string>() == "computed")
            {
                yield return $"{where}: '{name}' can only be read";
            }
        }

        foreach (var (name, value) in dynamics)
        {
            if (blocks[name] is not JsonObject block)
            {
                yield return $"{where}: unknown block '{name}' (dynamic)";
                continue;
            }

            foreach (var problem in CheckBlocks($"{where}.{name}", value!.AsArray()[0]!["content"], block))
            {
                yield return problem;
            }
        }

        var required = attributes.Where(static pair => pair.Value!.GetValue<string>() == "required").Select(static pair => pair.Key)
            .Concat(blocks.Where(static pair => pair.Value!["need"]!.GetValue<string>() == "required").Select(static pair => pair.Key));
        foreach (var name in required.Where(name => !body.ContainsKey(name) && !dynamics.ContainsKey(name)))
        {
            yield return $"{where}: '{name}' is required";
        }
    }

    private static IEnumerable<string> CheckBlocks(string where, JsonNode? value, JsonObject block)
    {
        if (value is not JsonArray { Count: > 0 } bodies)
        {
            return [$"{where}: is a block, not an argument"];
        }

        return bodies.Count > 1 && !block["many"]!.GetValue<bool>()
            ? [$"{where}: can be given once"]
            : bodies.SelectMany(body => CheckBody(where, body!.AsObject(), block, isTopLevel: false));
    }
}
