using Microsoft.Extensions.Hosting;

namespace ComputeHorde.DurableTask.Sqlite;

/// <summary>Starts the hub of a client with the host, whether it has a worker or not.</summary>
internal sealed class TaskHubStarter(SqliteTaskHub hub) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => hub.StartAsync(cancellationToken);

    /// <summary>A hub stops with its worker: what is still running there may use the client.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => hub.HasWorker ? Task.CompletedTask : hub.StopAsync(cancellationToken);
}
