using System.Text.Json;

namespace ComputeHorde.Sdk;

/// <summary>Reads the body of a success; <see cref="JsonException"/> means that it is not what the protocol says.</summary>
internal delegate Task<T> AnswerReader<T>(Stream body, CancellationToken cancellationToken);

/// <summary>Reads an answer as one JSON document, with or without a byte order mark before it.</summary>
internal static class JsonAnswer
{
    public static JsonDocumentOptions Options { get; } = new() { MaxDepth = 128 };

    public static Task<JsonDocument> ReadAsync(Stream body, CancellationToken cancellationToken) =>
        JsonDocument.ParseAsync(body, Options, cancellationToken);

    /// <summary>Parses JSON where it lies.</summary>
    public static JsonDocument Parse(ReadOnlyMemory<byte> json) => JsonDocument.Parse(json[MarkLength(json.Span)..], Options);

    /// <summary>The length of the byte order mark that bytes begin with; 0 without one.</summary>
    public static int MarkLength(ReadOnlySpan<byte> bytes) => bytes.StartsWith("\uFEFF"u8) ? 3 : 0;
}
