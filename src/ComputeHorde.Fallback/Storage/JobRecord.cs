using System.Text.Json.Serialization;
using Azure;

namespace ComputeHorde.Fallback;

/// <summary>
/// What is known of a job, in its blob <c>job.json</c>: written before a machine is asked for, so that whoever comes after a crash finds
/// the same name, bound and deadline. No secret, no argument, no URL.
/// </summary>
internal sealed record JobRecord(string Id, string Tag, string Provider)
{
    public required string ExecutorClass { get; init; }

    public required string DockerImage { get; init; }

    public string? JobNamespace { get; init; }

    public string ArtifactsDir { get; init; } = "";

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the machine has to be gone.</summary>
    public required DateTimeOffset Deadline { get; init; }

    /// <summary>What the job may cost at most, by the price of the dearest offer that it may be run on.</summary>
    public required decimal CostBoundUsd { get; init; }

    /// <summary>Marks the lines of the wrapper in a machine's log.</summary>
    public required string Nonce { get; init; }

    /// <summary>When a request that may have made a machine was last sent; null when none was.</summary>
    public DateTimeOffset? RequestedAt { get; init; }

    public string? MachineId { get; init; }

    public DateTimeOffset? MachineCreatedAt { get; init; }

    public decimal? UsdPerHour { get; init; }

    /// <summary>How the job ended, once that is decided: it does not change any more.</summary>
    public JobVerdict? Verdict { get; init; }

    /// <summary>When the provider had no machine of this job any more.</summary>
    public DateTimeOffset? ReleasedAt { get; init; }

    /// <summary>What it cost: by the provider's bill where there is one, else by price and time.</summary>
    public decimal? CostUsd { get; init; }

    /// <summary>The name of the machine. The deadline in it lets a reaper decide without any record.</summary>
    [JsonIgnore]
    public string MachineName => $"{Id}-{JobId.Encode(Deadline)}";

    [JsonIgnore]
    public ETag ETag { get; init; }
}
