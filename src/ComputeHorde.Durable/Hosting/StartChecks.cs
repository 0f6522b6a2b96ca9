using Azure.Storage.Blobs;
using ComputeHorde.Sdk;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Durable.Hosting;

/// <summary>
/// Makes what the first run would need at the start of the host, so that a missing wallet or a bad setting stops it there.
/// </summary>
internal sealed class StartChecks(
    ISigner signer,
    ComputeHordeClient client,
    ProcessStart start,
    BlobServiceClient storage,
    IOptions<DurableOptions> options,
    SettingsReader settings,
    ILogger<StartChecks> logger
) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _ = (signer, client, start);
        foreach (var name in settings.Unknown)
        {
            logger.SettingIgnored(name);
        }

        if (storage.Uri.Query.Length > 0 && !OutputStores.IsS3(options.Value.OutputStore))
        {
            // One signature cannot make others: every job with outputs would be refused an hour later.
            throw new OptionsValidationException(
                Options.DefaultName,
                typeof(DurableOptions),
                [
                    "AzureWebJobsStorage holds a shared access signature, which cannot sign upload URLs: use a connection string with an account key, an identity connection, or ComputeHorde__OutputStore for S3.",
                ]
            );
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
