namespace ComputeHorde.DurableTask.Sqlite;

/// <summary>The code of an orchestrator does not do what its history says it did.</summary>
public sealed class NonDeterministicOrchestrationException : Exception
{
    internal NonDeterministicOrchestrationException(string instanceId, int position, string expected, string actual)
        : base(
            $"The orchestration '{instanceId}' does not match its history at event {position}: expected {expected}, but the code did {actual}. "
                + "Its orchestrator has changed since, or it is not deterministic."
        )
    {
        (InstanceId, Position, Expected, Actual) = (instanceId, position, expected, actual);
    }

    /// <summary>The id of the instance.</summary>
    public string InstanceId { get; }

    /// <summary>The position in the history, counted from zero over all its events.</summary>
    public int Position { get; }

    /// <summary>What the history holds there.</summary>
    public string Expected { get; }

    /// <summary>What the code did instead.</summary>
    public string Actual { get; }
}
