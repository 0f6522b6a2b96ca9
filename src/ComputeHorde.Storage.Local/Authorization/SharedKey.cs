using System.Text;
using ComputeHorde.Storage.Local.Http;

namespace ComputeHorde.Storage.Local.Authorization;

/// <summary>
/// The headers <c>Authorization: SharedKey</c> and <c>SharedKeyLite</c>: learn.microsoft.com, "Authorize with Shared Key".
/// </summary>
internal sealed class SharedKey(Account account)
{
    private static readonly string[] SignedHeaders =
    [
        "Content-Encoding",
        "Content-Language",
        "Content-Length",
        "Content-MD5",
        "Content-Type",
        "Date",
        "If-Modified-Since",
        "If-Match",
        "If-None-Match",
        "If-Unmodified-Since",
        "Range",
    ];

    /// <exception cref="StorageError">It is malformed, names another account, or does not match the request.</exception>
    public void Check(StorageRequest request, string header)
    {
        var scheme = header.Split(' ', 2);
        if (scheme[0] is not ("SharedKey" or "SharedKeyLite"))
        {
            throw Errors.AuthenticationFailed(
                $"This local storage takes SharedKey, SharedKeyLite and shared access signatures, not {XmlBody.Printable(scheme[0])}."
            );
        }

        var credentials = scheme.Length == 2 ? scheme[1].Split(':', 2) : [];
        if (credentials.Length != 2)
        {
            throw Errors.InvalidAuthentication();
        }

        var isLite = scheme[0] == "SharedKeyLite";
        if (credentials[0] != account.Name || !Signed(request, isLite).Any(text => account.IsSignature(credentials[1], text)))
        {
            throw Errors.AuthenticationFailed("The MAC signature found in the HTTP request is not the same as any computed signature.");
        }
    }

    /// <summary>
    /// The SDKs agree on the order of headers but for hyphens and underscores, where Azure's own order is .NET Framework's.
    /// </summary>
    private IEnumerable<string> Signed(StorageRequest request, bool isLite)
    {
        var names = request
            .Headers.Keys.Where(static name => name.StartsWith("x-ms-", StringComparison.OrdinalIgnoreCase))
            .Select(static name => name.ToLowerInvariant())
            .ToArray();
        Array.Sort(names, StringComparer.Ordinal);
        yield return Text(request, names, isLite);
        Array.Sort(names, static (left, right) => string.CompareOrdinal(Weight(left), Weight(right)));
        yield return Text(request, names, isLite);
    }

    private static string Weight(string name) => name.Replace("-", "").Replace('_', ' ');

    private string Text(StorageRequest request, string[] names, bool isLite)
    {
        var text = new StringBuilder(request.Method).Append('\n');
        foreach (var name in isLite ? ["Content-MD5", "Content-Type", "Date"] : SignedHeaders)
        {
            text.Append(Value(request, name)).Append('\n');
        }

        foreach (var name in names)
        {
            text.Append(name).Append(':').Append(request.Headers[name].Trim()).Append('\n');
        }

        text.Append('/').Append(account.Name).Append(request.RawPath);
        if (!isLite)
        {
            foreach (var (name, value) in request.Query.OrderBy(static pair => pair.Key.ToLowerInvariant(), StringComparer.Ordinal))
            {
                text.Append('\n').Append(name.ToLowerInvariant()).Append(':').Append(value);
            }
        }
        else if (request.Query.TryGetValue("comp", out var component))
        {
            text.Append("?comp=").Append(component);
        }

        return text.ToString();
    }

    private static string Value(StorageRequest request, string name)
    {
        var value = name switch
        {
            "Content-Length" => request.ContentLength?.ToString(),
            _ => request.Header(name),
        };
        return name == "Content-Length" && value == "0" ? "" : value ?? "";
    }
}
