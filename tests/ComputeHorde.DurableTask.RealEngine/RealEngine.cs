using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ComputeHorde.DurableTask.RealEngine;

/// <summary>A worker and a client of the real engine over an Azurite of its own.</summary>
public sealed class RealEngine : IAsyncDisposable
{
    private readonly Azurite _azurite;
    private readonly IHost _host;

    private RealEngine(Azurite azurite, IHost host) => (_azurite, _host) = (azurite, host);

    public DurableTaskClient Client => _host.Services.GetRequiredService<DurableTaskClient>();

    public static async Task<RealEngine> StartAsync(Action<DurableTaskRegistry> register)
    {
        var azurite = await Azurite.StartAsync();
        try
        {
            var builder = Host.CreateEmptyApplicationBuilder(null);
            builder.Services.AddDurableTaskWorker(worker => worker.AddTasks(register));
            builder.Services.AddRealEngine(azurite.ConnectionString);
            var host = builder.Build();
            await host.StartAsync();
            return new RealEngine(azurite, host);
        }
        catch
        {
            await azurite.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        await _azurite.DisposeAsync();
    }
}
