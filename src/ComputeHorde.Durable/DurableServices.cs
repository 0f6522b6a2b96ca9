using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using ComputeHorde.Durable.Batches;
using ComputeHorde.Durable.Checks;
using ComputeHorde.Durable.Checks.Comparers;
using ComputeHorde.Durable.Fallback;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Http;
using ComputeHorde.Durable.Intake;
using ComputeHorde.Durable.Limits;
using ComputeHorde.Durable.Notices;
using ComputeHorde.Durable.Outputs;
using ComputeHorde.Durable.Retention;
using ComputeHorde.Durable.Runs;
using ComputeHorde.Durable.Schedules;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Durable.Streaming;
using ComputeHorde.Sdk;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Durable;

/// <summary>Registers everything that the functions need: the same call in every host.</summary>
public static class DurableServices
{
    /// <summary>
    /// Registers the services of the functions, configured from section <c>ComputeHorde</c> and the connections of
    /// <see cref="StorageAccounts"/>.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">The host's configuration.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddComputeHordeDurable(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var section = configuration.GetSection(DurableOptions.Section);
        var settings = new SettingsReader(configuration);
        services.AddSingleton(settings);
        services.AddSingleton<IValidateOptions<DurableOptions>>(settings);
        services.AddOptions<DurableOptions>().Configure(settings.Bind).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(_ => HotkeySettings.Load(section));
        services.AddSingleton<ISigner>(static provider => provider.GetRequiredService<KeyPairSigner>());
        services.AddComputeHorde(settings.Bind);

        // One setting says how long a request may still be on its way, whether the process that sent it lives or not.
        // Not by IOptions<DurableOptions>: what is wrong with those would hide what is wrong with these.
        services
            .AddOptions<ComputeHordeOptions>()
            .PostConfigure(horde =>
            {
                var own = new DurableOptions();
                settings.Bind(own);
                horde.CreateDoubt = own.CreateFenceSeconds is >= 0 and <= 3600
                    ? TimeSpan.FromSeconds(own.CreateFenceSeconds)
                    : horde.CreateDoubt;
            });
        var connection = new StorageConnection(configuration);
        services.AddSingleton<IValidateOptions<DurableOptions>>(connection);
        services.AddSingleton(provider =>
            connection.CreateBlobs(provider.GetRequiredService<Outages>(), provider.GetServices<IConfigureOptions<BlobClientOptions>>())
        );
        services.AddSingleton(provider =>
            connection.CreateQueues(provider.GetRequiredService<Outages>(), provider.GetServices<IConfigureOptions<QueueClientOptions>>())
        );
        services.AddSingleton<BlobContainers>();
        services.AddSingleton<RequestStore>();
        services.AddSingleton<ResultStore>();
        services.AddSingleton<AttemptClaims>();
        services.AddSingleton<WatchList>();
        services.AddSingleton<Places>();
        services.AddSingleton<LimitBook>();
        services.AddSingleton<Admission>();
        services.AddSingleton<ClockCheck>();
        services.AddFallback();
        services.AddSingleton<IJobOrders, StoredRequests>();
        services.AddSingleton<IRunVerdicts, CheckVerdicts>();
        services.TryAddSingleton<ISecretStore, BlobSecretStore>();
        services.AddSingleton<StreamingKeys>();
        services.AddSingleton<PollSchedule>();
        services.AddSingleton<StartEndpoint>();
        services.AddSingleton<AzureOutputStore>();
        services.AddSingleton<S3OutputStore>();
        services.AddSingleton<IOutputStore>(static provider =>
            OutputStores.IsS3(provider.GetRequiredService<IOptions<DurableOptions>>().Value.OutputStore)
                ? provider.GetRequiredService<S3OutputStore>()
                : provider.GetRequiredService<AzureOutputStore>()
        );
        services.AddSingleton<PreparedUrls>();
        services.AddSingleton<OutputUrls>();
        services.AddSingleton<ComparerRegistry>();
        services.AddSingleton<SamplingKey>();
        services.AddSingleton<SamplingState>();
        services.AddSingleton<ITrustedUse>(static provider => provider.GetRequiredService<SamplingState>());
        services.AddSingleton<CheatLedger>();
        services.AddSingleton<Outages>();
        services.AddSingleton<ProcessStart>();
        services.AddHostedService<StartChecks>();
        services.AddHostedService<TriggerStorage>();
        services.AddSingleton<RunService>();
        services.AddSingleton<IStreamingRuns>(static provider => provider.GetRequiredService<RunService>());
        services.AddSingleton<RunStarter>();
        services.AddSingleton<RerunService>();
        services.AddSingleton<BulkRuns>();
        services.AddSingleton<IBatchStarter>(static provider => provider.GetRequiredService<BatchService>());
        services.AddSingleton<BatchStore>();
        services.AddSingleton<BatchService>();
        services.AddSingleton<RejectionStore>();
        services.AddSingleton<SpecificationIntake>();
        services.AddSingleton<IValidateOptions<DurableOptions>, WebhookSettings>();
        services.AddSingleton<Webhooks>();
        WebhookConnections.AddTo(services);
        services.AddSingleton<WebhookSender>();
        services.AddSingleton<DeadNotices>();
        services.AddSingleton<ScheduleStore>();
        services.AddSingleton<ScheduleTelemetry>();
        services.AddSingleton<ScheduleTicker>();
        services.AddSingleton<ScheduleService>();
        services.AddSingleton<IScheduleStarter>(static provider => provider.GetRequiredService<ScheduleService>());
        services.AddSingleton<Watchers>();
        services.AddSingleton<LongPoll>();
        services.AddSingleton<RunWatch>();
        services.AddSingleton<RunRemains>();
        services.AddSingleton<OldClaims>();
        services.AddSingleton<Purge>();
        services.AddSingleton<NoticeService>();
        services.AddHealthChecks();
        return services;
    }
}
