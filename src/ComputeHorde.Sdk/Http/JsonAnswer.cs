using System.Text.Json;

namespace ComputeHorde.Sdk;

/// <summary>Reads the body of a success; <see cref="JsonException"/> means that it is not what the protocol says.</summary>
internal delegate Task<T> AnswerReader<T>(Stream body, CancellationToken cancellationToken);

/// <summary>Reads an answer as one JSON document. A byte order mark before it is skipped by the parser.</summary>
internal static class JsonAnswer
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 128 };

    public static Task<JsonDocument> ReadAsync(Stream body, CancellationToken cancellationToken) =>
        JsonDocument.ParseAsync(body, Options, cancellationToken);
}
