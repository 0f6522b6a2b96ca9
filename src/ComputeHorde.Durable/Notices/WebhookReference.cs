namespace ComputeHorde.Durable.Notices;

/// <summary>What a history knows of a webhook: where its address is written, and what it is to be told.</summary>
/// <param name="RequestId">The stored request that holds the address; null for the one of the settings.</param>
/// <param name="Events">Of what is told; null for all.</param>
internal sealed record WebhookReference(string? RequestId, IReadOnlyList<string>? Events)
{
    public bool Wants(string type) => Events is null || Events.Contains(type);
}
