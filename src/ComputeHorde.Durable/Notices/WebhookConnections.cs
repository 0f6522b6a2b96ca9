using System.Net;
using System.Net.Sockets;
using ComputeHorde.Durable.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Durable.Notices;

/// <summary>
/// The connections to strangers' servers. The address is judged where the connection is made, by what the name led to, so that no name can
/// lead elsewhere between the two; redirects are not followed, and no proxy is asked.
/// </summary>
internal sealed class WebhookConnections(IOptions<DurableOptions> options)
{
    /// <summary>The name of their HTTP client.</summary>
    public const string Name = "ComputeHorde.Webhooks";

    /// <summary>Looks a name up; tests lead names elsewhere.</summary>
    internal Func<string, CancellationToken, Task<IPAddress[]>> Resolve { get; init; } = Dns.GetHostAddressesAsync;

    public static void AddTo(IServiceCollection services)
    {
        services.AddSingleton<WebhookConnections>();

        // Connections are renewed by their handler. No logger: an address can hold a secret.
        services
            .AddHttpClient(Name, static client => client.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(static provider => provider.GetRequiredService<WebhookConnections>().CreateHandler())
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .RemoveAllLoggers();
    }

    public SocketsHttpHandler CreateHandler() =>
        new()
        {
            AllowAutoRedirect = false,
            ConnectCallback = ConnectAsync,
            MaxResponseDrainSize = 64 << 10,
            MaxResponseHeadersLength = 16,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),
            UseCookies = false,
            UseProxy = false,
        };

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var found = await Resolve(context.DnsEndPoint.Host, cancellationToken);
        var allowed = options.Value.WebhookAllowPrivate ? found : [.. found.Where(PublicAddresses.Contains)];
        if (allowed.Length == 0)
        {
            throw new ForbiddenAddressException();
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
