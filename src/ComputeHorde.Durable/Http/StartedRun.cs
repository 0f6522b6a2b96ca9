namespace ComputeHorde.Durable.Http;

/// <summary>A run or a batch that was started, now or by an earlier call.</summary>
/// <param name="Id">Its name.</param>
internal sealed record StartedRun(string Id)
{
    /// <summary>What the request asks for and ComputeHorde will hardly give.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
