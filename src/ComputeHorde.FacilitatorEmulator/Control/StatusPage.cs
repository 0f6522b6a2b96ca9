using System.Reflection;
using Microsoft.AspNetCore.Http;

namespace ComputeHorde.Emulator.Control;

/// <summary>
/// The page at <c>/</c>: one file without outside references. It carries what it shows first, and is fed by <c>/emulator/</c> after that.
/// </summary>
internal static class StatusPage
{
    private const string Place = "<!-- first -->";

    private static readonly Lazy<string> Html = new(Read);

    /// <summary>
    /// Sends the page with <paramref name="first"/>: what <c>/emulator/</c> answers, as JSON in which nothing can end the element that it
    /// stands in.
    /// </summary>
    public static async Task WriteAsync(HttpContext http, string first)
    {
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.Headers.CacheControl = "no-store";
        await http.Response.WriteAsync(Html.Value.Replace(Place, first, StringComparison.Ordinal), http.RequestAborted);
    }

    private static string Read()
    {
        using Stream resource =
            Assembly.GetExecutingAssembly().GetManifestResourceStream("ComputeHorde.Emulator.Control.page.html")
            ?? throw new InvalidOperationException("The page is missing from the assembly.");
        using var reader = new StreamReader(resource);
        return reader.ReadToEnd();
    }
}
