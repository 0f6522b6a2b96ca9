using ComputeHorde.Sdk;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.Hosting;

/// <summary>
/// Makes what the first run would need at the start of the host, so that a missing wallet or a bad setting stops it there.
/// </summary>
internal sealed class StartChecks(
    ISigner signer,
    ComputeHordeClient client,
    ProcessStart start,
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

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
