using System.Text.Json.Nodes;

namespace ComputeHorde.Sdk;

/// <summary>Why a job was rejected or failed, with everything the facilitator tells (protocol 5.3).</summary>
public sealed record JobError
{
    /// <summary>Which kind of details came: rejection, job failure or horde failure.</summary>
    public required FailureClass Class { get; init; }

    /// <summary>Machine-readable reason, for instance <c>busy</c> or <c>nonzero_return_code</c>; an open text.</summary>
    public required string Reason { get; init; }

    /// <summary>Readable reason; may be empty.</summary>
    public string Message { get; init; } = "";

    /// <summary>Stage of the failure, for instance <c>execution</c> or <c>volume_download</c>; null when not told.</summary>
    public string? Stage { get; init; }

    /// <summary>Who rejected or reported: <c>validator</c>, <c>miner</c>, <c>executor</c>; null when not told.</summary>
    public string? ReportedBy { get; init; }

    /// <summary>Exit code of the container; null when not told.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The container's standard output up to the failure, not truncated; null when not told.</summary>
    public string? Stdout { get; init; }

    /// <summary>The container's standard error up to the failure, not truncated; null when not told.</summary>
    public string? Stderr { get; init; }

    /// <summary>Further facts, for instance <c>exception_type</c>; null when not told.</summary>
    public JsonObject? Context { get; init; }

    /// <summary><c>exception_type</c> of the context; null when not told.</summary>
    public string? ExceptionType { get; init; }

    /// <summary>
    /// True when the cause lies in what the user gave, whatever class the facilitator reports: the job's own failure, a bad signature, or
    /// an input that cannot be fetched or unpacked, which executors report as a horde failure (protocol 5.4). Repeating the same job will
    /// not help.
    /// </summary>
    public bool IsUserCaused =>
        Class switch
        {
            FailureClass.JobFailed => true,
            FailureClass.Rejected => Reason == "invalid_signature",
            FailureClass.HordeFailed => Stage == "volume_download"
                && ExceptionType
                    is "HTTPStatusError"
                        or "ConnectError"
                        or "ReadTimeout"
                        or "BadZipFile"
                        or "Error"
                        or "ValueError"
                        or "RepositoryNotFoundError"
                        or "RevisionNotFoundError",
            _ => false,
        };

    /// <summary>Class, reason and message in one line, safe for a log; no output of the job.</summary>
    /// <returns>A short description.</returns>
    public override string ToString() => ForeignText.Line(Message.Length == 0 ? $"{Class}: {Reason}" : $"{Class}: {Reason} ({Message})");
}
