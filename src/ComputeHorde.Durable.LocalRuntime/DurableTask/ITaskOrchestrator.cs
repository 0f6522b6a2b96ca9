namespace Microsoft.DurableTask;

/// <summary>An orchestrator: deterministic code that is replayed from its history.</summary>
public interface ITaskOrchestrator
{
    /// <summary>The type of the input.</summary>
    Type InputType { get; }

    /// <summary>The type of the output.</summary>
    Type OutputType { get; }

    /// <summary>Runs the orchestrator.</summary>
    /// <param name="context">The one door to the outside.</param>
    /// <param name="input">The input, of type <see cref="InputType"/>.</param>
    /// <returns>The output.</returns>
    Task<object?> RunAsync(TaskOrchestrationContext context, object? input);
}
