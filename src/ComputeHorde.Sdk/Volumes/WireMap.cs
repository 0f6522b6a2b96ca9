using System.Text.Json.Nodes;

namespace ComputeHorde.Sdk;

/// <summary>Ordered text maps as JSON objects; null stays null and an empty map stays an empty map.</summary>
internal static class WireMap
{
    public static JsonObject? From(OrderedDictionary<string, string>? map)
    {
        if (map is null)
        {
            return null;
        }

        var node = new JsonObject();
        foreach (var (key, value) in map)
        {
            node.Add(key, value);
        }

        return node;
    }
}
