using System.Text.Json;

namespace ComputeHorde.Cryptography.Tests.Vectors;

/// <summary>A file of test vectors, from the folder that COMPUTEHORDE_VECTORS names or else from the copies beside the tests.</summary>
internal static class VectorFile
{
    internal static JsonElement Open(string name)
    {
        var folder = Environment.GetEnvironmentVariable("COMPUTEHORDE_VECTORS");
        var path = Path.Combine(string.IsNullOrEmpty(folder) ? Path.Combine(AppContext.BaseDirectory, "vectors") : folder, name);
        Assert.SkipUnless(File.Exists(path), $"{path} does not exist.");
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document.RootElement.Clone();
    }

    internal static IEnumerable<JsonElement> Cases(this JsonElement root, string list) =>
        root.TryGetProperty(list, out var cases) ? cases.EnumerateArray() : [];

    internal static string Text(this JsonElement element, string property) =>
        element.GetProperty(property).GetString() ?? throw new InvalidDataException($"{property} is null.");

    /// <summary>A property in hexadecimal, with or without 0x.</summary>
    internal static byte[] Hex(this JsonElement element, string property)
    {
        var text = element.Text(property);
        return Convert.FromHexString(text.StartsWith("0x", StringComparison.Ordinal) ? text[2..] : text);
    }

    internal static bool Has(this JsonElement element, string property) =>
        element.TryGetProperty(property, out var value) && value.ValueKind != JsonValueKind.Null;
}
