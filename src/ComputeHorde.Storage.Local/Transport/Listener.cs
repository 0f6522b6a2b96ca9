using System.Net;
using System.Text;
using ComputeHorde.Storage.Local.Faults;
using ComputeHorde.Storage.Local.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ComputeHorde.Storage.Local.Transport;

/// <summary>Takes requests over HTTP: of presigned URLs and of other processes.</summary>
internal sealed class Listener : IAsyncDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(2);
    private readonly WebApplication _application;

    private Listener(WebApplication application) => _application = application;

    /// <exception cref="LocalStorageException">A port is taken.</exception>
    public static async Task<Listener> StartAsync(StorageService service, int blobPort, int queuePort, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.Limits.MaxRequestBodySize = null;
                kestrel.RequestHeaderEncodingSelector = static _ => Encoding.UTF8;
                kestrel.ResponseHeaderEncodingSelector = static _ => Encoding.UTF8;
                kestrel.Listen(IPAddress.Loopback, blobPort);
                kestrel.Listen(IPAddress.Loopback, queuePort);
            });
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        var application = builder.Build();
        application.Run(context =>
            AnswerAsync(service, context, context.Connection.LocalPort == blobPort ? StorageKind.Blob : StorageKind.Queue)
        );
        try
        {
            await application.StartAsync(cancellation);
            return new Listener(application);
        }
        catch (IOException taken) when (taken.InnerException is AddressInUseException)
        {
            await application.DisposeAsync();
            throw new LocalStorageException(
                $"Port {blobPort} or {queuePort} on 127.0.0.1 is taken by another program. This storage does not take others by itself: "
                    + "the URLs that it has signed name these. End the other program, or set BlobPort and QueuePort and let go of those URLs.",
                taken
            );
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(StopTimeout, TimeProvider.System);
        await _application.StopAsync(patience.Token);
        await _application.DisposeAsync();
    }

    private static async Task AnswerAsync(StorageService service, HttpContext context, StorageKind kind)
    {
        StorageResponse response;
        try
        {
            response = await service.AnswerAsync(Read(context, kind), context.RequestAborted);
        }
        catch (ConnectionLost)
        {
            context.Abort();
            return;
        }

        await using var body = response.Body;
        context.Response.StatusCode = response.Status;
        foreach (var (name, value) in response.Headers)
        {
            context.Response.Headers.Append(name, value);
        }

        if (response.Status is not (204 or 304))
        {
            context.Response.ContentLength = response.ContentLength;
        }

        if (context.Request.Method != "HEAD" && response.ContentLength > 0)
        {
            await body.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
    }

    private static StorageRequest Read(HttpContext context, StorageKind kind)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var query = target.IndexOf('?', StringComparison.Ordinal);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in context.Request.Headers)
        {
            headers[name] = values.ToString();
        }

        return new StorageRequest
        {
            Kind = kind,
            Method = context.Request.Method,
            RawPath = query < 0 ? target : target[..query],
            RawQuery = query < 0 ? "" : target[(query + 1)..],
            Headers = headers,
            Body = context.Request.Body,
            ContentLength = context.Request.ContentLength ?? (context.Request.Headers.TransferEncoding.Count == 0 ? 0 : null),
            RemoteAddress = context.Connection.RemoteIpAddress,
            IsHttps = context.Request.IsHttps,
        };
    }
}
