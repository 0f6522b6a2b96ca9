using Microsoft.DurableTask;

namespace ComputeHorde.DurableTask.Sqlite.Tests.Behaviour;

/// <summary>Something an engine does, told as one line of text.</summary>
/// <param name="Name">Its name; ids begin with it.</param>
/// <param name="RunAsync">Does it.</param>
/// <param name="Expected">What must come of it.</param>
/// <param name="Register">Adds what no other case uses, under names that begin with that of the case.</param>
public sealed record EngineCase(
    string Name,
    Func<EngineRun, Task<string>> RunAsync,
    string Expected,
    Action<DurableTaskRegistry>? Register = null
)
{
    /// <summary>What comes of it on the real engine, where that differs; docs/runtime.md says why.</summary>
    public string? OnRealEngine { get; init; }
}
