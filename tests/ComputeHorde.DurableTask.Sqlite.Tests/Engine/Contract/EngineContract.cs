using ComputeHorde.DurableTask.Sqlite.Testing;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.DurableTask.Sqlite.Tests.Engine.Contract;

/// <summary>What holds on every store. Each store runs all of it, mostly on virtual time.</summary>
public abstract partial class EngineContract : IAsyncLifetime
{
    private readonly List<TestHost> _hosts = [];

    protected VirtualTimeProvider Time { get; } = new();

    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>The options that make a host use this store.</summary>
    protected abstract TestHostOptions NewOptions();

    /// <summary>The rows of all tables and the bytes they take up, where the store is a file.</summary>
    protected virtual (long Rows, long Bytes) MeasureStorage() => default;

    protected async Task<DurableTaskClient> StartAsync(Action<DurableTaskRegistry> registry, Action<TestHostOptions>? configure = null)
    {
        var options = NewOptions();
        options.TimeProvider = Time;
        configure?.Invoke(options);
        var host = await TestHost.StartAsync(registry, options);
        _hosts.Add(host);
        return host.Client;
    }

    private protected TestHost Host => _hosts[^1];

    protected static async Task<OrchestrationMetadata> RunAsync(DurableTaskClient client, string name, object? input = null)
    {
        var id = await client.ScheduleNewOrchestrationInstanceAsync(name, input);
        return await EndAsync(client, id);
    }

    protected static async Task<OrchestrationMetadata> EndAsync(DurableTaskClient client, string id)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        return await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, limit.Token);
    }

    protected static T? Output<T>(OrchestrationMetadata instance)
    {
        Assert.True(instance.RuntimeStatus == OrchestrationRuntimeStatus.Completed, $"{instance.RuntimeStatus}: {instance.FailureDetails}");
        return instance.ReadOutputAs<T>();
    }
}
