using ComputeHorde.DurableTask.RealEngine;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.DurableTask.Sqlite.Tests.Behaviour;

public class InMemory : EngineFixture
{
    private TestHost? _host;

    protected override async Task<DurableTaskClient> StartAsync(Action<DurableTaskRegistry> register)
    {
        _host = await TestHost.StartAsync(register, NewOptions());
        return _host.Client;
    }

    protected override ValueTask StopAsync() => _host?.DisposeAsync() ?? ValueTask.CompletedTask;

    protected virtual TestHostOptions NewOptions() => new();
}

public sealed class OnAFile : InMemory
{
    private readonly string _folder = Directory.CreateTempSubdirectory("behaviour").FullName;

    protected override TestHostOptions NewOptions() => new() { DatabasePath = Path.Combine(_folder, "hub.db") };

    protected override async ValueTask StopAsync()
    {
        await base.StopAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

public sealed class WithNothingWarm : InMemory
{
    protected override TestHostOptions NewOptions() => new() { WarmInstances = 0 };
}

public sealed class OnTheRealEngine : EngineFixture
{
    private RealEngine.RealEngine? _engine;

    protected override async Task<DurableTaskClient> StartAsync(Action<DurableTaskRegistry> register)
    {
        _engine = await RealEngine.RealEngine.StartAsync(register);
        return _engine.Client;
    }

    protected override ValueTask StopAsync() => _engine?.DisposeAsync() ?? ValueTask.CompletedTask;
}
