using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace ComputeHorde.Durable.Checks.Comparers;

/// <summary>Finds the first difference between two JSON values, in time that grows with their length only.</summary>
internal sealed class JsonDifferences(
    ContentHandle untrusted,
    ContentHandle trusted,
    ComparisonSettings settings,
    CancellationToken cancellationToken
)
{
    private const int LongestName = 50;

    /// <returns>Where and how they differ, beginning with the path below this value; null when they agree. Gives no value away.</returns>
    /// <exception cref="UnreadableContentException">An object has two properties of one name: it cannot be told which counts.</exception>
    public string? Find(JsonElement actual, JsonElement expected)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (actual.ValueKind != expected.ValueKind)
        {
            return $": {actual.ValueKind} instead of {expected.ValueKind}";
        }

        return expected.ValueKind switch
        {
            JsonValueKind.Object => FindInObject(actual, expected),
            JsonValueKind.Array => FindInArray(actual, expected),
            JsonValueKind.Number => AreClose(JsonMarshal.GetRawUtf8Value(actual), JsonMarshal.GetRawUtf8Value(expected))
                ? null
                : ": a number out of tolerance",
            JsonValueKind.String => AreSame(actual, expected) ? null : ": another text",
            _ => null,
        };
    }

    private string? FindInArray(JsonElement actual, JsonElement expected)
    {
        if (actual.GetArrayLength() != expected.GetArrayLength())
        {
            return $": {actual.GetArrayLength()} elements instead of {expected.GetArrayLength()}";
        }

        var index = 0;
        foreach (var (theirs, ours) in actual.EnumerateArray().Zip(expected.EnumerateArray()))
        {
            if (Find(theirs, ours) is { } difference)
            {
                return $"[{index}]{difference}";
            }

            index++;
        }

        return null;
    }

    private string? FindInObject(JsonElement actual, JsonElement expected)
    {
        var ours = PropertiesOf(trusted, expected);
        var theirs = PropertiesOf(untrusted, actual);
        if (theirs.Count != ours.Count)
        {
            return $": {theirs.Count} properties instead of {ours.Count}";
        }

        foreach (var (name, value) in ours)
        {
            if (!theirs.TryGetValue(name, out var other))
            {
                return $"{Step(name)}: missing";
            }

            if (Find(other, value) is { } difference)
            {
                return Step(name) + difference;
            }
        }

        return null;
    }

    private static Dictionary<string, JsonElement> PropertiesOf(ContentHandle content, JsonElement value)
    {
        // Looked up by hash: JsonElement itself searches from the end, which takes hours for an object of a million properties.
        var properties = new Dictionary<string, JsonElement>(value.GetPropertyCount(), StringComparer.Ordinal);
        foreach (var property in value.EnumerateObject())
        {
            if (!properties.TryAdd(property.Name, property.Value))
            {
                throw content.Unreadable($"has a property twice in one object: '{Short(property.Name)}'");
            }
        }

        return properties;
    }

    private bool AreClose(ReadOnlySpan<byte> actual, ReadOnlySpan<byte> expected) =>
        actual.SequenceEqual(expected) || Numbers.AreClose(Encoding.ASCII.GetString(actual), Encoding.ASCII.GetString(expected), settings);

    private static bool AreSame(JsonElement actual, JsonElement expected) =>
        JsonMarshal.GetRawUtf8Value(actual).SequenceEqual(JsonMarshal.GetRawUtf8Value(expected))
        || actual.ValueEquals(expected.GetString());

    private static string Step(string name) => "." + Short(name);

    private static string Short(string name) => name.Length <= LongestName ? name : string.Concat(name.AsSpan(0, LongestName), "…");
}
