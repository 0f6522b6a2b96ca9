using System.Text.Json.Serialization;
using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.LocalHost.Demo.Answers;

/// <summary>What the demo reads of <c>GET /api/batches/{id}</c>.</summary>
internal sealed record BatchAnswer(string Status, BatchAnswer.Doing? Progress, BatchAnswer.End? Summary, string? Error)
{
    public bool HasEnded => Summary is not null || Error is not null;

    internal sealed record Doing(string Phase, int Valid, int Done, int Completed);

    internal sealed record End(int Attempts, double ExecutorSeconds, IReadOnlyDictionary<string, int> LinesByStatus);

    /// <summary>One line of <c>GET /api/batches/{id}/results</c>.</summary>
    internal sealed record Line(
        [property: JsonPropertyName("line")] int Number,
        string Status,
        int Attempts,
        IReadOnlyList<ValidationProblem>? Problems
    );
}
