using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>
/// The properties of failures, as they come back from a history: texts, numbers as <see cref="double"/>, truth values, times, lists and
/// maps; anything else becomes a text. They are of these types before they were stored, too, so that code cannot tell whether it replays.
/// </summary>
internal static class FailureProperties
{
    private const string Time = "dt:";
    private const string TimeWithOffset = "dto:";

    public static string? Write(IDictionary<string, object?>? properties)
    {
        if (properties is null)
        {
            return null;
        }

        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
        {
            Write(writer, properties);
        }

        return Encoding.UTF8.GetString(json.WrittenSpan);
    }

    public static IDictionary<string, object?>? Read(string? json)
    {
        if (json is null)
        {
            return null;
        }

        using var document = JsonDocument.Parse(json);
        return (Dictionary<string, object?>)Plain(document.RootElement)!;
    }

    private static object? Plain(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.String => TimeOrText(element.GetString()!),
            JsonValueKind.Number => element.GetDouble(),
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Array => element.EnumerateArray().Select(Plain).ToList(),
            JsonValueKind.Object => element.EnumerateObject().ToDictionary(member => member.Name, member => Plain(member.Value)),
            _ => null,
        };

    private static object TimeOrText(string text) =>
        text.StartsWith(Time, StringComparison.Ordinal)
        && DateTime.TryParse(text.AsSpan(Time.Length), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time)
            ? time
        : text.StartsWith(TimeWithOffset, StringComparison.Ordinal)
        && DateTimeOffset.TryParse(text.AsSpan(TimeWithOffset.Length), CultureInfo.InvariantCulture, out var timeWithOffset)
            ? timeWithOffset
        : text;

    private static void Write(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case int or long or float or double or decimal:
                writer.WriteNumberValue(Convert.ToDouble(value, CultureInfo.InvariantCulture));
                break;
            case DateTime time:
                writer.WriteStringValue(Time + time.ToString("O", CultureInfo.InvariantCulture));
                break;
            case DateTimeOffset time:
                writer.WriteStringValue(TimeWithOffset + time.ToString("O", CultureInfo.InvariantCulture));
                break;
            case IDictionary<string, object?> map:
                writer.WriteStartObject();
                foreach (var (name, item) in map)
                {
                    writer.WritePropertyName(name);
                    Write(writer, item);
                }

                writer.WriteEndObject();
                break;
            case IEnumerable list:
                writer.WriteStartArray();
                foreach (var item in list)
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            default:
                writer.WriteStringValue(value.ToString());
                break;
        }
    }
}
