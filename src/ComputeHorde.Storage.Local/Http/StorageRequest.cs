using System.Net;

namespace ComputeHorde.Storage.Local.Http;

/// <summary>A request to the service, whichever way it came in.</summary>
internal sealed class StorageRequest
{
    private IReadOnlyDictionary<string, string>? _query;
    private string[]? _path;

    public required StorageKind Kind { get; init; }

    /// <summary>In capital letters.</summary>
    public required string Method { get; init; }

    /// <summary>As it was sent, percent-encoded, without the query.</summary>
    public required string RawPath { get; init; }

    /// <summary>As it was sent, without the question mark.</summary>
    public required string RawQuery { get; init; }

    /// <summary>Names as they were sent, found whatever their case.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    public required Stream Body { get; init; }

    /// <summary>Null when the sender did not say.</summary>
    public required long? ContentLength { get; init; }

    public IPAddress? RemoteAddress { get; init; }

    public bool IsHttps { get; init; }

    /// <summary>
    /// The sender may write blobs that do not exist, and no others: a shared access signature with <c>c</c> and without <c>w</c>.
    /// </summary>
    public bool CreateOnly { get; set; }

    /// <summary>The whole account is open to the sender, who signed with its key.</summary>
    public bool HasAccountKey { get; set; }

    /// <summary>Decoded.</summary>
    public IReadOnlyDictionary<string, string> Query => _query ??= ParseQuery(RawQuery);

    public string Account => PathPart(0) ?? "";

    /// <summary>The container or queue; null when the account itself is meant.</summary>
    public string? Scope => PathPart(1);

    /// <summary>
    /// The blob, in which Azure takes a backslash for a slash, or of a queue <c>messages</c> or <c>messages/id</c>; null when the container
    /// or queue itself is meant.
    /// </summary>
    public string? Name => Kind == StorageKind.Blob ? PathPart(2)?.Replace('\\', '/') : PathPart(2);

    public string? Header(string name) => Headers.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;

    public string? Parameter(string name) => Query.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;

    private string? PathPart(int index)
    {
        _path ??= RawPath.TrimStart('/').Split('/', 3);
        return index < _path.Length && _path[index].Length > 0 ? Uri.UnescapeDataString(_path[index]) : null;
    }

    private static Dictionary<string, string> ParseQuery(string raw)
    {
        var query = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var pair in raw.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var name = Decode(equals < 0 ? pair : pair[..equals]);
            var value = equals < 0 ? "" : Decode(pair[(equals + 1)..]);
            query[name] = query.TryGetValue(name, out var earlier) ? $"{earlier},{value}" : value;
        }

        return query;
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
