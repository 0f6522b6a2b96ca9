using ComputeHorde.Durable.Limits;
using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Runs;

/// <summary>The run to settle.</summary>
/// <param name="Attempts">How many attempts there were, numbered on from the first.</param>
internal sealed record SettleInput(AttemptKey First, int Attempts)
{
    /// <summary>The number of the attempt that decides it; null to store nothing.</summary>
    public int? Decisive { get; init; }

    /// <summary>The job of that attempt.</summary>
    public string? JobUuid { get; init; }

    /// <summary>The outputs that the job owes when it completed.</summary>
    public IReadOnlyList<string> Outputs { get; init; } = [];

    /// <summary>Whether the run ends with this, whatever is found; else it goes on when something is missing.</summary>
    public bool IsFinal { get; init; }

    /// <summary>Whether the run has streaming keys to forget.</summary>
    public bool IsStreaming { get; init; }

    /// <summary>The place that the run holds or waits for; null for none.</summary>
    public PlaceRequest? Place { get; init; }

    /// <summary>What the run took, for the day's account of its namespace.</summary>
    public double ExecutorSeconds { get; init; }

    /// <summary>The numbers of the attempts that may hold a machine of the fallback provider.</summary>
    public IReadOnlyList<int> OnFallback { get; init; } = [];

    /// <summary>The trace of the run: W3C <c>traceparent</c>; null when nobody traces.</summary>
    public string? Trace { get; init; }
}
