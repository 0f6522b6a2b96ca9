namespace ComputeHorde.Durable.Storage;

/// <summary>Names one attempt of one run. Its <see cref="Tag"/> goes to the facilitator and makes the creation idempotent.</summary>
/// <param name="InstanceId">The run.</param>
/// <param name="Attempt">Counted from 1.</param>
/// <param name="OnTrustedMiner">Whether this is a copy on the trusted miner.</param>
public sealed record AttemptKey(string InstanceId, int Attempt, bool OnTrustedMiner = false)
{
    /// <summary>The run that a copy on the trusted miner belongs to; null when the tag begins with <see cref="InstanceId"/>.</summary>
    public string? CopyOf { get; init; }

    /// <summary>The job's tag: <c>&lt;instance id&gt;#&lt;attempt&gt;</c>, or <c>&lt;instance id&gt;#trusted&lt;attempt&gt;</c> for a copy on the trusted miner.</summary>
    public string Tag => $"{CopyOf ?? InstanceId}#{Suffix}";

    /// <summary>The part of blob names that belongs to this attempt: <c>&lt;instance id&gt;/&lt;attempt&gt;</c>.</summary>
    public string Path => $"{InstanceId}/{Suffix}";

    private string Suffix => OnTrustedMiner ? $"trusted{Attempt}" : $"{Attempt}";
}
