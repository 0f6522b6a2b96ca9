using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.DurableTask;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>Failures in exported histories: with all that decides how code goes on after them.</summary>
internal sealed class FailureConverter : JsonConverter<TaskFailureDetails>
{
    public override TaskFailureDetails? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize<Document>(ref reader, options) is { } read
            ? new TaskFailureDetails(read.ErrorType, read.ErrorMessage, read.StackTrace, read.InnerFailure, FailureProperties.Read(read.Properties?.GetRawText()))
            {
                IsNonRetriable = read.IsNonRetriable,
            }
            : null;

    public override void Write(Utf8JsonWriter writer, TaskFailureDetails value, JsonSerializerOptions options)
    {
        var properties = FailureProperties.Write(value.Properties) is { } json ? JsonElement.Parse(json) : (JsonElement?)null;
        var document = new Document(value.ErrorType, value.ErrorMessage, value.StackTrace, value.InnerFailure, properties, value.IsNonRetriable);
        JsonSerializer.Serialize(writer, document, options);
    }

    private sealed record Document(
        string ErrorType, string ErrorMessage, string? StackTrace, TaskFailureDetails? InnerFailure, JsonElement? Properties, bool IsNonRetriable = false);
}
