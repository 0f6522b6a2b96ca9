namespace ComputeHorde.Durable.LocalHost.Demo.Answers;

/// <summary>What the demo reads of <c>GET /api/jobs/{id}/result</c>.</summary>
internal sealed record ResultAnswer(
    ResultAnswer.Content Stdout,
    IReadOnlyDictionary<string, ResultAnswer.Content> Artifacts,
    IReadOnlyDictionary<string, ResultAnswer.Content> Outputs
)
{
    internal sealed record Content(long Size, string? Sha256);
}
