using System.Text.Json;
using ComputeHorde.Durable.Intake;

namespace ComputeHorde.Durable.Checks.Comparers;

/// <summary><c>json-tolerance</c>: the same structure, texts and booleans exactly, numbers within the tolerances.</summary>
internal sealed class JsonToleranceComparer : ContentComparer
{
    private static readonly JsonDocumentOptions Limits = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    public override string Name => "json-tolerance";

    protected override Comparison? Compare(string path, ReadOnlyMemory<byte> untrusted, ReadOnlyMemory<byte> trusted, ComparisonSettings settings)
    {
        using var expected = Parse(trusted);
        if (expected is null)
        {
            return null;
        }

        using var actual = Parse(untrusted);
        if (actual is null)
        {
            return Comparison.Mismatch($"'{path}' is not JSON");
        }

        return Difference("$", actual.RootElement, expected.RootElement, settings) is { } difference
            ? Comparison.Mismatch($"'{path}' differs at {difference}")
            : Comparison.Match($"'{path}' agrees");
    }

    private static JsonDocument? Parse(ReadOnlyMemory<byte> content)
    {
        try
        {
            return StrictJson.Parse(content, Limits);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <returns>Where and how they differ; null when they agree. Gives no content away.</returns>
    private static string? Difference(string at, JsonElement actual, JsonElement expected, ComparisonSettings settings)
    {
        if (actual.ValueKind != expected.ValueKind)
        {
            return $"{at}: {actual.ValueKind} instead of {expected.ValueKind}";
        }

        switch (expected.ValueKind)
        {
            case JsonValueKind.Object:
                return ObjectDifference(at, actual, expected, settings);
            case JsonValueKind.Array:
                return ArrayDifference(at, actual, expected, settings);
            case JsonValueKind.Number:
                return actual.GetRawText() == expected.GetRawText() || (actual.TryGetDouble(out var a) && expected.TryGetDouble(out var b) && settings.IsClose(a, b))
                    ? null
                    : $"{at}: a number out of tolerance";
            case JsonValueKind.String:
                return actual.ValueEquals(expected.GetString()) ? null : $"{at}: another text";
            default:
                return null;
        }
    }

    private static string? ObjectDifference(string at, JsonElement actual, JsonElement expected, ComparisonSettings settings)
    {
        if (actual.GetPropertyCount() != expected.GetPropertyCount())
        {
            return $"{at}: {actual.GetPropertyCount()} properties instead of {expected.GetPropertyCount()}";
        }

        foreach (var property in expected.EnumerateObject())
        {
            if (!actual.TryGetProperty(property.Name, out var value))
            {
                return $"{at}.{property.Name}: missing";
            }

            if (Difference($"{at}.{property.Name}", value, property.Value, settings) is { } difference)
            {
                return difference;
            }
        }

        return null;
    }

    private static string? ArrayDifference(string at, JsonElement actual, JsonElement expected, ComparisonSettings settings)
    {
        if (actual.GetArrayLength() != expected.GetArrayLength())
        {
            return $"{at}: {actual.GetArrayLength()} elements instead of {expected.GetArrayLength()}";
        }

        var index = 0;
        foreach (var (theirs, ours) in actual.EnumerateArray().Zip(expected.EnumerateArray()))
        {
            if (Difference($"{at}[{index++}]", theirs, ours, settings) is { } difference)
            {
                return difference;
            }
        }

        return null;
    }
}
