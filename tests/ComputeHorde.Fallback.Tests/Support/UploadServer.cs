using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Fallback.Tests.Support;

/// <summary>Takes uploads, by PUT or as a multipart form, and gives files.</summary>
internal sealed class UploadServer : IAsyncDisposable
{
    private readonly WebApplication _web;

    private UploadServer(WebApplication web) => _web = web;

    public Uri BaseAddress { get; private set; } = new("http://127.0.0.1/");

    /// <summary>Path to content, for GET.</summary>
    public ConcurrentDictionary<string, string> Files { get; } = new(StringComparer.Ordinal);

    public ConcurrentDictionary<string, Upload> Uploads { get; } = new(StringComparer.Ordinal);

    public static async Task<UploadServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var web = builder.Build();
        var server = new UploadServer(web);
        web.Run(server.HandleAsync);
        await web.StartAsync(TestContext.Current.CancellationToken);
        server.BaseAddress = new Uri(web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return server;
    }

    public string Url(string path) => new Uri(BaseAddress, path).AbsoluteUri;

    public ValueTask DisposeAsync() => _web.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        if (context.Request.Method == "GET")
        {
            context.Response.StatusCode = Files.TryGetValue(path, out var file) ? 200 : 404;
            await context.Response.WriteAsync(file ?? "");
            return;
        }

        var headers = context.Request.Headers.ToDictionary(
            static header => header.Key,
            static header => header.Value.ToString(),
            StringComparer.OrdinalIgnoreCase
        );
        if (context.Request.HasFormContentType)
        {
            var form = await context.Request.ReadFormAsync();
            using var content = new StreamReader(form.Files[0].OpenReadStream());
            Uploads[path] = new Upload(context.Request.Method, await content.ReadToEndAsync(), headers)
            {
                Fields = form.ToDictionary(static field => field.Key, static field => field.Value.ToString()),
                FileField = form.Files[0].Name,
                FileName = form.Files[0].FileName,
            };
        }
        else
        {
            using var body = new StreamReader(context.Request.Body, Encoding.UTF8);
            Uploads[path] = new Upload(context.Request.Method, await body.ReadToEndAsync(), headers);
        }

        context.Response.StatusCode = 201;
    }
}

/// <summary>Something that was uploaded.</summary>
internal sealed record Upload(string Method, string Content, IReadOnlyDictionary<string, string> Headers)
{
    public IReadOnlyDictionary<string, string> Fields { get; init; } = new Dictionary<string, string>();

    public string FileField { get; init; } = "";

    public string FileName { get; init; } = "";
}
