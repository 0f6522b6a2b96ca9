namespace ComputeHorde.Emulator.Wire;

/// <summary>The status values of a job's history (protocol 5.2).</summary>
internal static class JobStatuses
{
    public const string Sent = "sent";
    public const string Received = "received";
    public const string Accepted = "accepted";
    public const string ExecutorReady = "executor_ready";
    public const string VolumesReady = "volumes_ready";
    public const string StreamingReady = "streaming_ready";
    public const string ExecutionDone = "execution_done";
    public const string Completed = "completed";
    public const string Failed = "failed";
    public const string Rejected = "rejected";
    public const string HordeFailed = "horde_failed";

    /// <summary>What the facilitator cannot serialise: a job with it answers 500.</summary>
    public const string Unknown = "unknown";

    /// <summary>The normal order of a job's life.</summary>
    public static IReadOnlyList<string> InOrder { get; } =
    [Sent, Received, Accepted, ExecutorReady, VolumesReady, StreamingReady, ExecutionDone, Completed];

    /// <summary>True for a status after which a job normally does not change.</summary>
    public static bool IsTerminal(string status) => status is Completed or Failed or Rejected or HordeFailed;

    /// <summary>The legacy display name in a job's <c>status</c> field.</summary>
    public static string Display(string status) =>
        status switch
        {
            Sent => "Sent",
            Received => "Received",
            Accepted => "Accepted",
            ExecutorReady => "Executor Ready",
            VolumesReady => "Volumes Ready",
            StreamingReady => "Streaming Ready",
            ExecutionDone => "Execution Done",
            Completed => "Completed",
            Failed or HordeFailed => "Failed",
            Rejected => "Rejected",
            _ => status,
        };
}
