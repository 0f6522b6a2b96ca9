namespace ComputeHorde.Durable.Storage;

/// <summary>What the server that took an upload answered, as the executor told it.</summary>
/// <param name="ETag">The version that was stored; null when it was not told.</param>
/// <param name="Headers">The answer's headers, names in lower case; at most 50, each cut to 500 characters.</param>
public sealed record UploadAnswer(string? ETag, IReadOnlyDictionary<string, string> Headers)
{
    private const int MostHeaders = 50;

    internal static UploadAnswer Of(Sdk.UploadResult upload) =>
        new(
            HistoryText.Truncate(upload.Headers.GetValueOrDefault("etag")),
            upload
                .Headers.Take(MostHeaders)
                .ToDictionary(static header => header.Key, static header => HistoryText.Truncate(header.Value), StringComparer.Ordinal)
        );
}
