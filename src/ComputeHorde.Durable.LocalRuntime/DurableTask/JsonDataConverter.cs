using System.Text.Json;

namespace Microsoft.DurableTask.Converters;

/// <summary>Converts with System.Text.Json. Fields are included unless other options are given.</summary>
public class JsonDataConverter : DataConverter
{
    private static readonly JsonSerializerOptions WithFields = new() { IncludeFields = true };

    private readonly JsonSerializerOptions _options;

    /// <summary>Makes a converter.</summary>
    /// <param name="options">How to write and read; by default the serializer's own defaults with fields included.</param>
    public JsonDataConverter(JsonSerializerOptions? options = null) => _options = options ?? WithFields;

    /// <summary>The converter with the default options.</summary>
    public static JsonDataConverter Default { get; } = new();

    /// <inheritdoc/>
    public override string? Serialize(object? value) => value is null ? null : JsonSerializer.Serialize(value, value.GetType(), _options);

    /// <inheritdoc/>
    public override object? Deserialize(string? data, Type targetType) =>
        data is null ? null : JsonSerializer.Deserialize(data, targetType, _options);
}
