using System.Text.Json;
using System.Text.Json.Serialization;

namespace ComputeHorde.Durable.Storage;

/// <summary>
/// Reads whole numbers in every form that JSON has for them: 30, 30.0 and 3e1 are one number, and an integer to JSON Schema.
/// </summary>
internal sealed class WholeNumberConverter : JsonConverter<int>
{
    /// <summary>Reads a number that is whole and fits.</summary>
    public static bool TryRead(in JsonElement value, out int number)
    {
        number = 0;
        return value.ValueKind == JsonValueKind.Number
            && (value.TryGetInt32(out number) || (value.TryGetDecimal(out var exact) && TryRound(exact, out number)));
    }

    public override int Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number
        && (reader.TryGetInt32(out var number) || (reader.TryGetDecimal(out var exact) && TryRound(exact, out number)))
            ? number
            : throw new JsonException("A whole number is due.");

    public override void Write(Utf8JsonWriter writer, int value, JsonSerializerOptions options) => writer.WriteNumberValue(value);

    private static bool TryRound(decimal exact, out int number)
    {
        var isWhole = decimal.IsInteger(exact) && exact is >= int.MinValue and <= int.MaxValue;
        number = isWhole ? (int)exact : 0;
        return isWhole;
    }
}
