using System.Text.Json;
using System.Text.Unicode;
using ComputeHorde.Sdk;

namespace ComputeHorde.Durable;

/// <summary>Parses JSON from outside so that nothing in it can surprise whoever reads it later: every text of it is one.</summary>
internal static class StrictJson
{
    /// <exception cref="ComputeHordeValidationException">It is not JSON, not UTF-8, or holds half of a surrogate pair.</exception>
    public static JsonDocument Parse(BinaryData json, string expected, JsonDocumentOptions options)
    {
        var bytes = json.ToMemory();
        if (!Utf8.IsValid(bytes.Span))
        {
            throw new ComputeHordeValidationException("body", $"must be {expected}: it is not UTF-8.");
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(bytes, options);
        }
        catch (JsonException exception)
        {
            throw new ComputeHordeValidationException("body", $"must be {expected}: {exception.Message}");
        }

        if (MayHoldHalfPairs(bytes.Span) && !IsReadable(document.RootElement))
        {
            document.Dispose();
            throw new ComputeHordeValidationException("body", $"must be {expected}: a text of it holds half of a surrogate pair.");
        }

        return document;
    }

    /// <summary>Halves of a pair can only be written as escapes; few documents hold any.</summary>
    private static bool MayHoldHalfPairs(ReadOnlySpan<byte> json) => json.IndexOf("\\ud"u8) >= 0 || json.IndexOf("\\uD"u8) >= 0;

    private static bool IsReadable(JsonElement element)
    {
        try
        {
            return element.ValueKind switch
            {
                JsonValueKind.String => element.GetString() is not null,
                JsonValueKind.Array => element.EnumerateArray().All(IsReadable),
                JsonValueKind.Object => element.EnumerateObject().All(static property => property.Name is not null && IsReadable(property.Value)),
                _ => true,
            };
        }
        catch (InvalidOperationException)
        {
            // What System.Text.Json says of a text that is none.
            return false;
        }
    }
}
