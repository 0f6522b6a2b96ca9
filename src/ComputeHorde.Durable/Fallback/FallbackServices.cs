using Azure.Core;
using Azure.Storage.Blobs;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Runs;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Fallback;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Durable.Fallback;

/// <summary>
/// Registers the fallback. A host may bring an <see cref="IFallbackProvider"/> or <see cref="FallbackOptions"/> of its own.
/// </summary>
internal static class FallbackServices
{
    private const string ProviderHttp = "fallback-provider",
        Downloads = "fallback-downloads";

    public static IServiceCollection AddFallback(this IServiceCollection services)
    {
        // Neither a key nor a presigned URL may reach a log, and no key another server.
        services
            .AddHttpClient(ProviderHttp, static client => client.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(static () =>
                new SocketsHttpHandler
                {
                    AllowAutoRedirect = false,
                    UseCookies = false,
                    PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                }
            )
            .RemoveAllLoggers();
        services
            .AddHttpClient(Downloads, static client => client.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(static () =>
                new SocketsHttpHandler { UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) }
            )
            .RemoveAllLoggers();
        services.TryAddSingleton(static provider =>
        {
            var options = provider.GetRequiredService<IOptions<DurableOptions>>().Value;
            return new FallbackOptions
            {
                MaxUsdPerJob = (decimal)options.FallbackMaxUsdPerJob,
                StartLimit = TimeSpan.FromSeconds(options.FallbackStartSeconds),
                CreateDoubt = TimeSpan.FromSeconds(options.CreateFenceSeconds),
            };
        });
        services.TryAddSingleton<IFallbackProvider>(static provider =>
            FallbackProviders.Create(
                provider.GetRequiredService<IOptions<DurableOptions>>().Value,
                provider.GetService<TokenCredential>(),
                provider.GetRequiredService<IHttpClientFactory>().CreateClient(ProviderHttp),
                provider.GetRequiredService<TimeProvider>()
            )!
        );
        services.AddSingleton<FallbackJobs>(static provider =>
            provider.GetService<IFallbackProvider>() is not { } machines
                ? null!
                : new FallbackJobs(
                    machines,
                    provider.GetRequiredService<BlobServiceClient>().GetBlobContainerClient(ContainerNames.Fallback),
                    provider.GetRequiredService<IHttpClientFactory>().CreateClient(Downloads),
                    provider.GetRequiredService<FallbackOptions>(),
                    provider.GetRequiredService<TimeProvider>(),
                    provider.GetRequiredService<ILogger<FallbackJobs>>()
                )
        );
        services.AddSingleton<FallbackBudget>();
        services.AddSingleton<HordeMarket>();
        services.AddSingleton(static provider => new JobMarkets(
            provider.GetRequiredService<HordeMarket>(),
            provider.GetService<FallbackJobs>() is null
                ? ActivatorUtilities.CreateInstance<MissingFallback>(provider)
                : ActivatorUtilities.CreateInstance<FallbackMarket>(provider)
        ));
        return services;
    }
}
