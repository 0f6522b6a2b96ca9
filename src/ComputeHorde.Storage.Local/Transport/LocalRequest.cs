using System.Diagnostics.CodeAnalysis;
using Azure.Core;

namespace ComputeHorde.Storage.Local.Transport;

/// <summary>A request of an SDK client.</summary>
internal sealed class LocalRequest : Request
{
    private string? _clientRequestId;

    /// <summary>Its headers, found whatever their case.</summary>
    public Dictionary<string, string> Sent { get; } = new(StringComparer.OrdinalIgnoreCase);

    public override string ClientRequestId
    {
        get => _clientRequestId ??= Guid.NewGuid().ToString();
        set => _clientRequestId = value;
    }

    public override void Dispose()
    {
        Content?.Dispose();
        Content = null;
    }

    protected override void AddHeader(string name, string value) =>
        Sent[name] = Sent.TryGetValue(name, out var earlier) ? $"{earlier},{value}" : value;

    protected override void SetHeader(string name, string value) => Sent[name] = value;

    protected override bool RemoveHeader(string name) => Sent.Remove(name);

    protected override bool ContainsHeader(string name) => Sent.ContainsKey(name);

    protected override bool TryGetHeader(string name, [NotNullWhen(true)] out string? value) => Sent.TryGetValue(name, out value);

    protected override bool TryGetHeaderValues(string name, [NotNullWhen(true)] out IEnumerable<string>? values)
    {
        values = Sent.TryGetValue(name, out var value) ? [value] : null;
        return values is not null;
    }

    protected override IEnumerable<HttpHeader> EnumerateHeaders() => Sent.Select(static header => new HttpHeader(header.Key, header.Value));
}
