using System.Net;
using System.Xml;
using System.Xml.Linq;

namespace ComputeHorde.Storage.Local.Tests.Differential;

/// <summary>An answer as lines that can be compared: what differs from run to run is replaced by its kind.</summary>
internal sealed record Answer(IReadOnlyList<string> Lines, string? ETag, string? Receipt, string? MessageId)
{
    /// <summary>Of the connection, or of this very request.</summary>
    private static readonly string[] Ignored =
    [
        "Date",
        "x-ms-request-id",
        "x-ms-client-request-id",
        "x-ms-version",
        "Server",
        "Connection",
        "Keep-Alive",
        "Transfer-Encoding",
        "Content-Length",
        "Vary",
        "x-ms-encryption-key-sha256",
    ];

    private static readonly string[] Changing =
    [
        "ETag",
        "Last-Modified",
        "x-ms-creation-time",
        "x-ms-popreceipt",
        "x-ms-time-next-visible",
        "x-ms-copy-id",
        "x-ms-copy-source",
        "x-ms-copy-completion-time",
        "Etag",
        "Creation-Time",
        "PopReceipt",
        "MessageId",
        "InsertionTime",
        "ExpirationTime",
        "TimeNextVisible",
        "CopyId",
        "CopySource",
        "CopyCompletionTime",
    ];

    public static async Task<Answer> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var body = await response.Content.ReadAsStringAsync(cancellation);
        List<string> lines = [$"{(int)response.StatusCode}"];
        foreach (
            var (name, values) in response
                .Headers.Concat(response.Content.Headers)
                .OrderBy(header => header.Key, StringComparer.OrdinalIgnoreCase)
        )
        {
            if (!Ignored.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                var value = string.Join(", ", values);
                lines.Add($"{name.ToLowerInvariant()}: {(Changing.Contains(name, StringComparer.OrdinalIgnoreCase) ? "*" : value)}");
            }
        }

        if (response.RequestMessage!.Method == HttpMethod.Head && response.StatusCode == HttpStatusCode.OK)
        {
            lines.Add($"content-length: {response.Content.Headers.ContentLength}");
        }

        var xml = Parse(body);
        lines.AddRange(
            xml is null
                ? body.Length == 0
                    ? []
                    : [$"body: {body}"]
                : Flatten(xml.Root!, "")
        );
        return new Answer(
            lines,
            response.Headers.ETag?.ToString(),
            xml?.Descendants("PopReceipt").FirstOrDefault()?.Value
                ?? response.Headers.FirstOrDefault(header => header.Key == "x-ms-popreceipt").Value?.First(),
            xml?.Descendants("MessageId").FirstOrDefault()?.Value
        );
    }

    private static XDocument? Parse(string body)
    {
        try
        {
            return body.Contains("<?xml", StringComparison.Ordinal)
                ? XDocument.Parse(body.TrimStart('\uFEFF'), LoadOptions.PreserveWhitespace)
                : null;
        }
        catch (XmlException)
        {
            return null;
        }
    }

    private static IEnumerable<string> Flatten(XElement element, string path)
    {
        path = $"{path}/{element.Name.LocalName}";
        if (path is "/Error")
        {
            // Beside the code, the words are each one's own.
            return [$"{path}/Code = {element.Element("Code")?.Value}"];
        }

        var lines = element
            .Attributes()
            .Where(attribute => !attribute.IsNamespaceDeclaration && attribute.Name != "ServiceEndpoint")
            .Select(attribute => $"{path}@{attribute.Name.LocalName} = {attribute.Value}");
        return element.HasElements
            ? lines.Concat(element.Elements().SelectMany(child => Flatten(child, path)))
            : lines.Append($"{path} = {(Changing.Contains(element.Name.LocalName) ? "*" : element.Value)}");
    }
}
