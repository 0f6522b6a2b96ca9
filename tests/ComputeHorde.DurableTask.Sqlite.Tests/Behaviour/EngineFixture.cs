using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.DurableTask.Sqlite.Tests.Behaviour;

/// <summary>Runs all cases on one engine, all at once: on the real one each takes seconds, most of them waiting.</summary>
public abstract class EngineFixture : IAsyncLifetime
{
    private readonly Dictionary<string, Task<string>> _outcomes = [];

    public async ValueTask InitializeAsync()
    {
        var cases = new EngineCases();
        var client = await StartAsync(cases.Register);
        foreach (var engineCase in cases.All)
        {
            _outcomes.Add(engineCase.Name, engineCase.RunAsync(new EngineRun(client, engineCase.Name)));
        }
    }

    public Task<string> OutcomeAsync(string name) => _outcomes[name];

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_outcomes.Values)
            .ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await StopAsync();
        GC.SuppressFinalize(this);
    }

    protected abstract Task<DurableTaskClient> StartAsync(Action<DurableTaskRegistry> register);

    protected abstract ValueTask StopAsync();
}
