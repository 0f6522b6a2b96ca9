using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Host.Executors;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Functions.Local.Tests.Differential;

/// <summary>The real listeners of the Functions host, as they run in Azure.</summary>
internal static class WebJobsHost
{
    public static async Task<IHost> StartAsync(
        string storage,
        Type functions,
        Recorder recorder,
        Dictionary<string, string?> settings,
        Action<IWebJobsBuilder> configure
    )
    {
        var host = new HostBuilder()
            .ConfigureAppConfiguration(configuration =>
                configuration.AddInMemoryCollection(new Dictionary<string, string?>(settings) { ["AzureWebJobsStorage"] = storage })
            )
            .ConfigureWebJobs(configure)
            .ConfigureLogging(logging => logging.ClearProviders())
            .ConfigureServices(services =>
                services
                    .AddSingleton(recorder)
                    .AddSingleton<ITypeLocator>(new OneType(functions))
                    .AddSingleton<IHostIdProvider>(new HostId())
            )
            .Build();
        await host.StartAsync();
        return host;
    }

    private sealed class OneType(Type type) : ITypeLocator
    {
        public IReadOnlyList<Type> GetTypes() => [type];
    }

    /// <summary>Each host is one of its own: locks and receipts go by the id.</summary>
    private sealed class HostId : IHostIdProvider
    {
        private readonly string _id = $"real{Guid.NewGuid():N}"[..32];

        public Task<string> GetHostIdAsync(CancellationToken cancellationToken) => Task.FromResult(_id);
    }
}
