using System.Text.Json;
using System.Text.Unicode;
using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Checks.Comparers;

/// <summary>Parses JSON that a miner returned, with bounds on its depth and on how many values it has.</summary>
internal static class JsonContent
{
    public const int MaxDepth = 500;

    /// <summary>A value takes 12 bytes of memory beside its text.</summary>
    public const int MaxValues = 4_000_000;

    /// <exception cref="UnreadableContentException">It is not JSON in UTF-8, or beyond the bounds.</exception>
    public static JsonDocument Parse(ContentHandle content, ReadOnlyMemory<byte> utf8)
    {
        utf8 = ByteOrderMark.Skip(utf8);
        try
        {
            if (!Utf8.IsValid(utf8.Span))
            {
                throw content.Unreadable("is not UTF-8");
            }

            RequireBounds(content, utf8.Span);
            return JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = MaxDepth });
        }
        catch (JsonException exception)
        {
            throw content.Unreadable($"is not JSON of at most {MaxDepth} levels, line {exception.LineNumber + 1}");
        }
    }

    /// <summary>Counts the values before anything is built from them, and makes sure that every text can be read.</summary>
    private static void RequireBounds(ContentHandle content, ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        for (var values = 0; reader.Read(); values++)
        {
            if (values == MaxValues)
            {
                throw content.Unreadable($"has more than {MaxValues} values");
            }

            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
            {
                RequireReadable(content, ref reader);
            }
        }
    }

    private static void RequireReadable(ContentHandle content, ref Utf8JsonReader reader)
    {
        try
        {
            _ = reader.GetString();
        }
        catch (InvalidOperationException)
        {
            throw content.Unreadable($"holds half of a surrogate pair at byte {reader.TokenStartIndex}");
        }
    }
}
