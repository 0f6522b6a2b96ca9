using Microsoft.DurableTask;

namespace ComputeHorde.DurableTask.Sqlite.Tests.Behaviour;

/// <summary>All cases, by what they are about, for one engine.</summary>
internal sealed partial class EngineCases
{
    public EngineCases() => All = [.. Clients(), .. Events(), .. Failures(), .. Flows()];

    public IReadOnlyList<EngineCase> All { get; }

    /// <summary>Adds what several cases use, and what each has of its own.</summary>
    public void Register(DurableTaskRegistry tasks)
    {
        tasks
            .AddOrchestratorFunc<string, string>("echo", (_, text) => text)
            .AddOrchestratorFunc<string, string>("wait", (context, _) => context.WaitForExternalEvent<string>("go"))
            .AddActivityFunc<string, string>("say", (_, text) => $"said {text}")
            .AddActivityFunc<string, string>(
                "throw",
                (_, text) =>
                    text.Length >= 0 ? throw new InvalidOperationException($"refused {text}", new TimeoutException("too late")) : text
            );
        foreach (var engineCase in All)
        {
            engineCase.Register?.Invoke(tasks);
        }
    }
}
