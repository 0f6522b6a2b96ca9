using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Sdk;

/// <summary>Registers the ComputeHorde client.</summary>
public static class ComputeHordeServiceCollectionExtensions
{
    private const string HttpClientName = "ComputeHorde";

    /// <summary>
    /// Adds one <see cref="ComputeHordeClient"/>. The signer is <see cref="ComputeHordeOptions.Signer"/>, or the registered
    /// <see cref="ISigner"/>. The options are
    /// checked when the host starts, with all faults in one message.
    /// </summary>
    /// <param name="services">The container.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The container.</returns>
    public static IServiceCollection AddComputeHorde(this IServiceCollection services, Action<ComputeHordeOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<ComputeHordeOptions>().Configure(configure ?? (_ => { })).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ComputeHordeOptions>, OptionsCheck>());
        services.TryAddSingleton(TimeProvider.System);
        // The library logs by itself, without queries and headers.
        services
            .AddHttpClient(HttpClientName, client => client.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(() =>
                new SocketsHttpHandler
                {
                    AllowAutoRedirect = false,
                    UseCookies = false,
                    AutomaticDecompression = DecompressionMethods.All,
                    PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                }
            )
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .RemoveAllLoggers();
        services.TryAddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<ComputeHordeOptions>>().Value;
            var factory = provider.GetRequiredService<IHttpClientFactory>();
            return new ComputeHordeClient(
                () => factory.CreateClient(HttpClientName),
                options.Signer ?? provider.GetRequiredService<ISigner>(),
                options,
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<ComputeHordeClient>>()
            );
        });
        return services;
    }

    private sealed class OptionsCheck(IServiceProviderIsService services) : IValidateOptions<ComputeHordeOptions>
    {
        public ValidateOptionsResult Validate(string? name, ComputeHordeOptions options)
        {
            var faults = ComputeHordeOptionsValidator.Faults(options).ToList();
            if (options.Signer is null && !services.IsService(typeof(ISigner)))
            {
                faults.Add($"{nameof(options.Signer)} must be set, or an {nameof(ISigner)} registered; {nameof(Wallet)} makes one.");
            }

            return faults.Count == 0
                ? ValidateOptionsResult.Success
                : ValidateOptionsResult.Fail(faults.Select(fault => $"ComputeHorde: {fault}"));
        }
    }
}
