using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Benchmarks;

/// <summary>A way to load an engine.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Unit">What is counted.</param>
/// <param name="Items">How many of that one run holds.</param>
/// <param name="Orchestrations">How many orchestrations one run starts, sub-orchestrations included.</param>
/// <param name="Register">Adds its orchestrators and activities.</param>
/// <param name="RunAsync">Runs it to its end; each orchestration is told of with the time from its start to its end.</param>
internal sealed record EngineShape(
    string Name,
    string Unit,
    int Items,
    int Orchestrations,
    Action<DurableTaskRegistry> Register,
    Func<DurableTaskClient, Action<TimeSpan>, Task> RunAsync
);
