using System.Text.Json;
using System.Text.Unicode;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Intake;

/// <summary>
/// Parses JSON from outside so that nothing in it can surprise whoever reads it later. <see cref="JsonDocument"/> itself takes texts that
/// it cannot give back: bytes that are not UTF-8, and escapes that are half of a surrogate pair.
/// </summary>
internal static class StrictJson
{
    /// <summary>Parses a request.</summary>
    /// <exception cref="ComputeHordeValidationException">It is not JSON, not UTF-8, or holds half of a surrogate pair.</exception>
    public static JsonDocument Parse(BinaryData json, string expected, JsonDocumentOptions options)
    {
        try
        {
            return Parse(json.ToMemory(), options);
        }
        catch (JsonException exception)
        {
            throw new ComputeHordeValidationException("body", $"must be {expected}: {exception.Message}");
        }
    }

    /// <summary>Parses, and makes sure that every text can be read.</summary>
    /// <exception cref="JsonException">It is not JSON, not UTF-8, or holds half of a surrogate pair.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> utf8, JsonDocumentOptions options)
    {
        utf8 = ByteOrderMark.Skip(utf8);
        if (!Utf8.IsValid(utf8.Span))
        {
            throw new JsonException("it is not UTF-8.");
        }

        RequireReadableTexts(utf8.Span, options);
        return JsonDocument.Parse(utf8, options);
    }

    private static void RequireReadableTexts(ReadOnlySpan<byte> utf8, JsonDocumentOptions options)
    {
        // Halves of a pair can only be written as escapes; few documents hold any.
        if (!utf8.Contains((byte)'\\'))
        {
            return;
        }

        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = options.MaxDepth });
        while (reader.Read())
        {
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName) || !reader.ValueIsEscaped)
            {
                continue;
            }

            try
            {
                _ = reader.GetString();
            }
            catch (InvalidOperationException exception)
            {
                throw new JsonException($"the text at byte {reader.TokenStartIndex} holds half of a surrogate pair.", exception);
            }
        }
    }
}
