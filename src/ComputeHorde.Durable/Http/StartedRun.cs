namespace ComputeHorde.Durable.Http;

/// <summary>A run or a batch that was started, now or by an earlier call.</summary>
internal sealed record StartedRun(string Id)
{
    /// <summary>What the request asks for and ComputeHorde will hardly give.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
