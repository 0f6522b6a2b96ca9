using System.Text.Json;
using System.Text.Json.Serialization;

namespace ComputeHorde.Sdk;

/// <summary>A job's status: an open text, so that a status added later is kept as it came and taken as "in progress".</summary>
[JsonConverter(typeof(JobStatusJsonConverter))]
public readonly record struct JobStatus
{
    private readonly string? _value;

    /// <summary>
    /// A status from its text; the facilitator's display names (<c>Executor Ready</c>) are folded to values (<c>executor_ready</c>).
    /// </summary>
    /// <param name="value">The text; null or empty means <c>unknown</c>.</param>
    public JobStatus(string? value) => _value = string.IsNullOrWhiteSpace(value) ? null : value.Trim().ToLowerInvariant().Replace(' ', '_');

    /// <summary>The lower-case text, <c>unknown</c> for none.</summary>
    public string Value => _value ?? "unknown";

    /// <summary>True for completed, failed, rejected and horde_failed.</summary>
    public bool IsTerminal => this == Completed || this == Failed || this == Rejected || this == HordeFailed;

    /// <summary>Stored by the facilitator and passed to the validator.</summary>
    public static JobStatus Sent { get; } = new("sent");

    /// <summary>The validator has accepted the signature.</summary>
    public static JobStatus Received { get; } = new("received");

    /// <summary>A miner has reserved an executor.</summary>
    public static JobStatus Accepted { get; } = new("accepted");

    /// <summary>The executor is up and has the image.</summary>
    public static JobStatus ExecutorReady { get; } = new("executor_ready");

    /// <summary>The inputs are in place.</summary>
    public static JobStatus VolumesReady { get; } = new("volumes_ready");

    /// <summary>The job's HTTP server can be reached.</summary>
    public static JobStatus StreamingReady { get; } = new("streaming_ready");

    /// <summary>The container ended with exit code 0.</summary>
    public static JobStatus ExecutionDone { get; } = new("execution_done");

    /// <summary>Ended well; the result is there.</summary>
    public static JobStatus Completed { get; } = new("completed");

    /// <summary>Ended by the job's own failure, or by a time-out of the validator.</summary>
    public static JobStatus Failed { get; } = new("failed");

    /// <summary>Refused by the validator or the miner.</summary>
    public static JobStatus Rejected { get; } = new("rejected");

    /// <summary>Ended by a failure of ComputeHorde's machinery.</summary>
    public static JobStatus HordeFailed { get; } = new("horde_failed");

    /// <summary>No status known.</summary>
    public static JobStatus Unknown { get; } = new("unknown");

    /// <inheritdoc/>
    public bool Equals(JobStatus other) => Value == other.Value;

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode(StringComparison.Ordinal);

    /// <summary>The text, safe for a log.</summary>
    /// <returns><see cref="Value"/> in one line.</returns>
    public override string ToString() => ForeignText.Line(Value);
}

/// <summary>Reads and writes a status as its text.</summary>
internal sealed class JobStatusJsonConverter : JsonConverter<JobStatus>
{
    public override JobStatus Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetString());

    public override void Write(Utf8JsonWriter writer, JobStatus value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Value);
}
