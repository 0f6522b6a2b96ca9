using System.Diagnostics.CodeAnalysis;
using Azure;
using Azure.Core;
using ComputeHorde.Storage.Local.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace ComputeHorde.Storage.Local.Transport;

/// <summary>An answer to an SDK client.</summary>
internal sealed class LocalResponse : Response
{
    private readonly Dictionary<string, string> _headers = new(StringComparer.OrdinalIgnoreCase);

    public LocalResponse(StorageResponse response, string clientRequestId)
    {
        foreach (var (name, value) in response.Headers)
        {
            _headers[name] = value;
        }

        if (response.Status is not (204 or 304))
        {
            _headers["Content-Length"] = response.ContentLength.ToString();
        }

        Status = response.Status;
        ContentStream = response.Body;
        ClientRequestId = clientRequestId;
    }

    public override int Status { get; }

    public override string ReasonPhrase => ReasonPhrases.GetReasonPhrase(Status);

    public override Stream? ContentStream { get; set; }

    public override string ClientRequestId { get; set; }

    public void Set(string header, string value) => _headers[header] = value;

    /// <summary>What is in memory stays readable, as after other transports: errors are read when the message is gone.</summary>
    public override void Dispose()
    {
        if (ContentStream is not MemoryStream)
        {
            ContentStream?.Dispose();
        }
    }

    protected override bool ContainsHeader(string name) => _headers.ContainsKey(name);

    protected override bool TryGetHeader(string name, [NotNullWhen(true)] out string? value) => _headers.TryGetValue(name, out value);

    protected override bool TryGetHeaderValues(string name, [NotNullWhen(true)] out IEnumerable<string>? values)
    {
        values = _headers.TryGetValue(name, out var value) ? [value] : null;
        return values is not null;
    }

    protected override IEnumerable<HttpHeader> EnumerateHeaders() =>
        _headers.Select(static header => new HttpHeader(header.Key, header.Value));
}
