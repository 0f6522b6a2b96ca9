using System.Reflection;
using Microsoft.AspNetCore.Http;

namespace ComputeHorde.Emulator.Control;

/// <summary>The page at <c>/</c>: one file without outside references, fed by <c>/emulator/</c>.</summary>
internal static class StatusPage
{
    private static readonly Lazy<byte[]> Html = new(Read);

    public static async Task WriteAsync(HttpContext http)
    {
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.Headers.CacheControl = "no-store";
        await http.Response.Body.WriteAsync(Html.Value, http.RequestAborted);
    }

    private static byte[] Read()
    {
        using Stream resource = Assembly.GetExecutingAssembly().GetManifestResourceStream("ComputeHorde.Emulator.Control.page.html")
            ?? throw new InvalidOperationException("The page is missing from the assembly.");
        using var copy = new MemoryStream();
        resource.CopyTo(copy);
        return copy.ToArray();
    }
}
