namespace ComputeHorde.Durable.Checks;

/// <summary>The decision.</summary>
/// <param name="IsSampled">Whether to check.</param>
internal sealed record SampleDecision(bool IsSampled, string Reason) : INotNow
{
    public string? NotNow { get; init; }
}
