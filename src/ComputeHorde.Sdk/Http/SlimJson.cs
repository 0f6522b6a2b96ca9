using System.Buffers;
using System.Text.Json;

namespace ComputeHorde.Sdk;

/// <summary>
/// Copies JSON without its long texts. A parsed document takes memory by the length of its text, from a pool that keeps it for every thread; of a job whose
/// result nobody wants, all but a few kilobytes are that result.
/// </summary>
internal static class SlimJson
{
    /// <summary>Longer texts than anything but a result or a volume has.</summary>
    private const int LongText = 16 * 1024;

    /// <summary>Copies one JSON value, its long texts replaced by empty ones.</summary>
    public static ReadOnlyMemory<byte> Copy(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = JsonAnswer.Options.MaxDepth });
        var copy = new ArrayBufferWriter<byte>();
        var isFirst = true;
        while (reader.Read())
        {
            var isEnd = reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray;
            if (!isFirst && !isEnd)
            {
                copy.Write(","u8);
            }

            var token = json[(int)reader.TokenStartIndex..(int)reader.BytesConsumed];
            copy.Write(reader.TokenType == JsonTokenType.String && token.Length > LongText ? "\"\""u8 : token);
            isFirst = reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray or JsonTokenType.PropertyName;
        }

        return copy.WrittenMemory;
    }
}
