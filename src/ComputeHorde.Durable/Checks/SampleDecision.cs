namespace ComputeHorde.Durable.Checks;

/// <summary>The decision.</summary>
/// <param name="IsSampled">Whether to check.</param>
internal sealed record SampleDecision(bool IsSampled, string Reason) : INotNow
{
    public string? NotNow { get; init; }

    /// <summary>Why results could not be compared, so that a trusted copy would be bought in vain; null when they can be.</summary>
    public string? Obstacle { get; init; }
}
