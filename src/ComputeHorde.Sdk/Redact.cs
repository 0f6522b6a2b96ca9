namespace ComputeHorde.Sdk;

/// <summary>What may be shown of a secret-bearing value.</summary>
internal static class Redact
{
    /// <summary>Scheme, host and path of a URL: user information, query and fragment may hold secrets.</summary>
    public static string Url(string url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) ? Url(uri) : "(not a URL)";

    /// <summary>Scheme, host and path of a URL: user information, query and fragment may hold secrets.</summary>
    public static string Url(Uri uri) =>
        uri.IsAbsoluteUri
            ? uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)
                + (uri.Query.Length > 1 ? "?…" : "")
            : "(relative URL)";
}
