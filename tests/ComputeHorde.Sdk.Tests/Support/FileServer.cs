using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Sdk.Tests;

/// <summary>Gives inputs (files and a small Hugging Face) and takes outputs by PUT and POST.</summary>
internal sealed class FileServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FileServer(WebApplication app) => _app = app;

    public Dictionary<string, byte[]> Files { get; } = [];

    public ConcurrentDictionary<string, (byte[] Body, IHeaderDictionary Headers, IReadOnlyList<string> Fields)> Uploads { get; } = new();

    public Uri BaseAddress => new(_app.Urls.First() + "/");

    public static async Task<FileServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var server = new FileServer(app);
        app.Run(server.HandleAsync);
        await app.StartAsync();
        return server;
    }

    public string Url(string path) => new Uri(BaseAddress, path).AbsoluteUri;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        if (HttpMethods.IsGet(context.Request.Method))
        {
            if (path.StartsWith("/api/", StringComparison.Ordinal))
            {
                await FakeFacilitator.AnswerAsync(
                    context,
                    200,
                    """{"sha":"abc","siblings":[{"rfilename":"config.json"},{"rfilename":"weights.bin"}]}"""
                );
            }
            else if (path.Contains("/resolve/", StringComparison.Ordinal))
            {
                await context.Response.WriteAsync(path);
            }
            else if (Files.TryGetValue(path, out var file))
            {
                await context.Response.Body.WriteAsync(file);
            }
            else
            {
                context.Response.StatusCode = 404;
            }

            return;
        }

        var fields = new List<string>();
        using var body = new MemoryStream();
        if (context.Request.HasFormContentType)
        {
            var form = await context.Request.ReadFormAsync();
            fields.AddRange(form.Select(field => $"{field.Key}={field.Value}"));
            await form.Files[0].CopyToAsync(body);
        }
        else
        {
            await context.Request.Body.CopyToAsync(body);
        }

        Uploads[path] = (body.ToArray(), new HeaderDictionary(context.Request.Headers.ToDictionary()), fields);
        context.Response.StatusCode = 201;
        context.Response.Headers.ETag = "\"tag\"";
        await context.Response.WriteAsync("stored");
    }
}
