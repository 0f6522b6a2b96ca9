using System.Text.Json;
using System.Text.Json.Serialization;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>Ticks of UTC as ISO 8601 text.</summary>
internal sealed class UtcTicksConverter : JsonConverter<long>
{
    public override long Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset().UtcTicks;

    public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options) =>
        writer.WriteStringValue(new DateTime(value, DateTimeKind.Utc));
}
