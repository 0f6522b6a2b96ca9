using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.DurableTask.Sqlite.Tests.Behaviour;

/// <summary>One run of a case on an engine.</summary>
public sealed class EngineRun(DurableTaskClient client, string name)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    public DurableTaskClient Client => client;

    public string Id => name;

    /// <summary>Starts an orchestration under the id of the case.</summary>
    public Task<string> StartAsync(string orchestrator, object? input = null, StartOrchestrationOptions? options = null) =>
        client.ScheduleNewOrchestrationInstanceAsync(
            orchestrator,
            input,
            (options ?? new StartOrchestrationOptions()) with
            {
                InstanceId = options?.InstanceId ?? name,
            }
        );

    /// <summary>Starts an orchestration, and waits until it runs.</summary>
    public async Task StartedAsync(string orchestrator, object? input = null)
    {
        await StartAsync(orchestrator, input);
        await UntilAsync(name, found => found?.RuntimeStatus == OrchestrationRuntimeStatus.Running);
    }

    /// <summary>Runs an orchestration under the id of the case to its end.</summary>
    public async Task<string> RunAsync(string orchestrator, object? input = null)
    {
        await StartAsync(orchestrator, input);
        return await EndAsync();
    }

    /// <summary>Waits for the end: the status, and the output or the failure, which the real back end keeps as text.</summary>
    public async Task<string> EndAsync(string? id = null)
    {
        using var limit = new CancellationTokenSource(Limit);
        var end = await client.WaitForInstanceCompletionAsync(id ?? name, getInputsAndOutputs: true, limit.Token);
        return $"{end.RuntimeStatus} {end.FailureDetails?.ToString() ?? end.SerializedOutput}";
    }

    public async Task<string> StatusAsync(string? id = null) =>
        (await client.GetInstanceAsync(id ?? name))?.RuntimeStatus.ToString() ?? "none";

    public async Task UntilAsync(string id, Predicate<OrchestrationMetadata?> isReached)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!isReached(await client.GetInstanceAsync(id, getInputsAndOutputs: true, limit.Token)))
        {
            await Task.Delay(20, limit.Token);
        }
    }

    public Task UntilAsync(OrchestrationRuntimeStatus status) => UntilAsync(name, found => found?.RuntimeStatus == status);

    /// <summary>What comes of a call: "ok", or the name of what it throws.</summary>
    public static async Task<string> TryAsync(Func<Task> call)
    {
        try
        {
            await call();
            return "ok";
        }
        catch (Exception e)
        {
            return e.GetType().Name;
        }
    }

    public static string Tell(TaskFailureDetails failure) =>
        $"{failure.ErrorType.Split('.')[^1]}({failure.ErrorMessage}){(failure.InnerFailure is { } inner ? $" < {Tell(inner)}" : "")}";
}
