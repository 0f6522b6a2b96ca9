using System.Text.Json;
using System.Text.Json.Serialization;

namespace ComputeHorde.Sdk;

/// <summary>Lets System.Text.Json read and write specifications anywhere in a document.</summary>
internal sealed class JobSpecJsonConverter : JsonConverter<ComputeHordeJobSpec>
{
    public override ComputeHordeJobSpec Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        if (ComputeHordeJson.TryReadJobSpec(document.RootElement, out var spec, out var problems))
        {
            return spec;
        }

        var error = new ComputeHordeValidationException(problems);
        throw new JsonException(error.Message, error);
    }

    public override void Write(Utf8JsonWriter writer, ComputeHordeJobSpec value, JsonSerializerOptions options) =>
        JobSpecJsonWriter.Write(writer, value);
}
