using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.DurableTask;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>Failures in exported histories: with all that decides how code goes on after them.</summary>
internal sealed class FailureConverter : JsonConverter<FailureDetails>
{
    public override FailureDetails? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize<Document>(ref reader, options) is { } read
            ? new FailureDetails(
                read.ErrorType,
                read.ErrorMessage,
                read.StackTrace,
                read.InnerFailure,
                read.IsNonRetriable,
                FailureProperties.Read(read.Properties?.GetRawText())
            )
            : null;

    public override void Write(Utf8JsonWriter writer, FailureDetails value, JsonSerializerOptions options)
    {
        var properties = FailureProperties.Write(value.Properties) is { } json ? JsonElement.Parse(json) : (JsonElement?)null;
        var document = new Document(
            value.ErrorType,
            value.ErrorMessage,
            value.StackTrace,
            value.InnerFailure,
            properties,
            value.IsNonRetriable
        );
        JsonSerializer.Serialize(writer, document, options);
    }

    private sealed record Document(
        string ErrorType,
        string ErrorMessage,
        string? StackTrace,
        FailureDetails? InnerFailure,
        JsonElement? Properties,
        bool IsNonRetriable = false
    );
}
