using System.Security.Cryptography;
using System.Text;

namespace ComputeHorde.Storage.Local.Tests.Differential;

/// <summary>Sends requests as bytes on a socket, signed by code of its own.</summary>
internal sealed class Wire(Uri blobs, Uri queues, string key)
{
    private const string Account = "devstoreaccount1";
    private const string Version = "2021-12-02";
    private static readonly HttpClient Http = new(
        new SocketsHttpHandler { AllowAutoRedirect = false, AutomaticDecompression = System.Net.DecompressionMethods.None }
    );

    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={key};BlobEndpoint={Base(blobs)};QueueEndpoint={Base(queues)};";

    public string Base(bool isBlob) => Base(isBlob ? blobs : queues);

    public async Task<Answer> SendAsync(Step step, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(new HttpMethod(step.Method), Base(step.IsBlob) + step.Path);
        var body = Encoding.UTF8.GetBytes(step.Body ?? "");
        if (step.Body is not null || step.Method is "PUT" or "POST")
        {
            request.Content = new ByteArrayContent(body);
        }

        var headers = new Dictionary<string, string>(step.Headers, StringComparer.OrdinalIgnoreCase);
        headers.TryAdd("x-ms-version", Version);
        if (!headers.Remove("unsigned"))
        {
            headers["x-ms-date"] = DateTimeOffset.UtcNow.ToString("R");
            headers["Authorization"] = $"SharedKey {Account}:{Sign(step, headers, body.Length, request.RequestUri!)}";
        }

        foreach (var (name, value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                (request.Content ??= new ByteArrayContent([])).Headers.TryAddWithoutValidation(name, value);
            }
        }

        using var response = await Http.SendAsync(request, cancellation);
        return await Answer.ReadAsync(response, cancellation);
    }

    /// <summary>The query of a service signature of a blob or container.</summary>
    public string SignBlob(string path, string permissions, string resource, string start = "", string? expiry = null)
    {
        expiry ??= DateTimeOffset.UtcNow.AddHours(1).ToString("yyyy-MM-ddTHH:mm:ssZ");
        var text = string.Join(
            '\n',
            permissions,
            start,
            expiry,
            $"/blob/{Account}{path}",
            "",
            "",
            "",
            Version,
            resource,
            "",
            "",
            "",
            "",
            "",
            "",
            ""
        );
        return $"sv={Version}&sr={resource}&sp={permissions}&st={Uri.EscapeDataString(start)}&se={Uri.EscapeDataString(expiry)}&sig={Uri.EscapeDataString(Hash(text))}";
    }

    public string SignQueue(string queue, string permissions)
    {
        var expiry = DateTimeOffset.UtcNow.AddHours(1).ToString("yyyy-MM-ddTHH:mm:ssZ");
        var text = string.Join('\n', permissions, "", expiry, $"/queue/{Account}/{queue}", "", "", "", Version);
        return $"sv={Version}&sp={permissions}&se={Uri.EscapeDataString(expiry)}&sig={Uri.EscapeDataString(Hash(text))}";
    }

    public string SignAccount(string permissions, string services, string types)
    {
        var expiry = DateTimeOffset.UtcNow.AddHours(1).ToString("yyyy-MM-ddTHH:mm:ssZ");
        var text = string.Join('\n', Account, permissions, services, types, "", expiry, "", "", Version, "", "");
        return $"sv={Version}&ss={services}&srt={types}&sp={permissions}&se={Uri.EscapeDataString(expiry)}&sig={Uri.EscapeDataString(Hash(text))}";
    }

    private static string Base(Uri endpoint) => $"{endpoint.Scheme}://{endpoint.Authority}/{Account}";

    private string Sign(Step step, Dictionary<string, string> headers, int length, Uri uri)
    {
        string Value(string name) => headers.GetValueOrDefault(name, "");
        var text = new StringBuilder();
        string[] lines =
        [
            step.Method,
            Value("Content-Encoding"),
            Value("Content-Language"),
            length == 0 ? "" : $"{length}",
            Value("Content-MD5"),
            Value("Content-Type"),
            "",
            Value("If-Modified-Since"),
            Value("If-Match"),
            Value("If-None-Match"),
            Value("If-Unmodified-Since"),
            Value("Range"),
        ];
        text.AppendJoin('\n', lines).Append('\n');
        foreach (
            var (name, value) in headers
                .Select(header => (header.Key.ToLowerInvariant(), header.Value))
                .Where(header => header.Item1.StartsWith("x-ms-", StringComparison.Ordinal))
                .OrderBy(header => header.Item1, StringComparer.Ordinal)
        )
        {
            text.Append(name).Append(':').Append(value).Append('\n');
        }

        text.Append('/').Append(Account).Append(uri.AbsolutePath);
        foreach (
            var pair in uri
                .Query.TrimStart('?')
                .Split('&', StringSplitOptions.RemoveEmptyEntries)
                .Select(pair => pair.Split('=', 2))
                .OrderBy(pair => pair[0], StringComparer.Ordinal)
        )
        {
            text.Append('\n').Append(pair[0].ToLowerInvariant()).Append(':').Append(Uri.UnescapeDataString(pair[^1]));
        }

        return Hash(text.ToString());
    }

    private string Hash(string text) =>
        Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(key), Encoding.UTF8.GetBytes(text)));
}
