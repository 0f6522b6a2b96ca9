using System.Globalization;
using ComputeHorde.Emulator.Python;
using ComputeHorde.Emulator.Wire;

namespace ComputeHorde.Emulator.Horde;

/// <summary>An end that a behaviour asks for: after which status it comes, and what it is (protocol 9.3, 9.4).</summary>
internal sealed record ScriptedEnd(string After, JobEnd End)
{
    /// <summary>Reads <c>rejected:…</c>, <c>failed:…</c> or <c>horde_failed:…</c>; null for a reason that is not in the tables.</summary>
    public static ScriptedEnd? Parse(string[] parts)
    {
        string reason = parts.Length > 1 ? parts[1] : "";
        string? argument = parts.Length > 2 ? parts[2] : null;
        string? second = parts.Length > 3 ? parts[3] : null;
        return parts[0] switch
        {
            "rejected" => Rejected(reason, argument),
            "failed" => Failed(reason, argument) ?? FailedByValidator(reason),
            "horde_failed" => HordeFailed(reason, argument, second),
            _ => null,
        };
    }

    private static ScriptedEnd? Rejected(string reason, string? argument) =>
        reason switch
        {
            "invalid_signature" => new(JobStatuses.Sent, JobEnd.Rejected("validator", reason, "Bad signature")),
            "no_miner_for_job" => new(JobStatuses.Received, NoMiner(argument ?? "AllMinersBusy")),
            "busy" => new(
                JobStatuses.Received,
                JobEnd.Rejected("miner", reason, argument == "unexcused" ? "Miner failed to excuse job" : "Miner properly excused job")
            ),
            "validator_blacklisted" => new(JobStatuses.Received, JobEnd.Rejected("miner", reason, "")),
            _ => null,
        };

    /// <summary>The rejection of a job that could not be routed.</summary>
    public static JobEnd NoMiner(string exceptionType) =>
        JobEnd.Rejected("validator", "no_miner_for_job", "Job could not be routed to a miner", exceptionType);

    private static ScriptedEnd? Failed(string reason, string? argument) =>
        reason switch
        {
            "nonzero_return_code" => new(
                JobStatuses.VolumesReady,
                NonzeroReturnCode(
                    int.TryParse(argument, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int code) ? code : 1,
                    "",
                    "scripted failure\n"
                )
            ),
            "timeout" => Timeout(argument ?? "execution"),
            "download_failed" => new(
                JobStatuses.ExecutorReady,
                JobEnd.Failed(reason, "volume_download", "Download failed: Input volume too large")
            ),
            "upload_failed" => new(JobStatuses.ExecutionDone, UploadFailed),
            _ => null,
        };

    /// <summary>The failure of a container that exits with <paramref name="code"/>.</summary>
    public static JobEnd NonzeroReturnCode(int code, string stdout, string stderr) =>
        JobEnd.Failed("nonzero_return_code", "execution", $"Job container exited with non-zero exit code: {code}", code, stdout, stderr);

    /// <summary>The failure of an upload that was refused three times.</summary>
    public static JobEnd UploadFailed => JobEnd.Failed("upload_failed", "result_upload", "Upload failed");

    /// <summary>The executor's own time-outs, by stage; null for a stage that has none (protocol 9.2).</summary>
    public static ScriptedEnd? Timeout(string stage) =>
        stage switch
        {
            "volume_download" => new(JobStatuses.ExecutorReady, JobEnd.Failed("timeout", stage, "Download time exceeded")),
            "streaming_startup" => new(
                JobStatuses.VolumesReady,
                JobEnd.Failed("timeout", "execution", "Streaming job health check failed")
            ),
            "execution" => new(JobStatuses.VolumesReady, JobEnd.Failed("timeout", stage, "Job container timed out during execution")),
            "result_upload" => new(JobStatuses.ExecutionDone, JobEnd.Failed("timeout", stage, "Upload time exceeded")),
            _ => null,
        };

    private static ScriptedEnd? FailedByValidator(string reason) =>
        reason switch
        {
            "initial_response_timed_out" => TimedOut(JobStatuses.Received, reason),
            "executor_readiness_response_timed_out" => TimedOut(JobStatuses.Accepted, reason),
            "volumes_timed_out" => TimedOut(JobStatuses.ExecutorReady, reason),
            "streaming_job_ready_timed_out" or "execution_timed_out" => TimedOut(JobStatuses.VolumesReady, reason),
            "final_response_timed_out" => TimedOut(JobStatuses.ExecutionDone, reason),
            "miner_connection_failed" => new(JobStatuses.Received, MinerConnectionFailed("connection refused")),
            "unhandled_exception" => new(JobStatuses.Received, JobEnd.Horde("validator", reason, "Unhandled exception")),
            _ => null,
        };

    /// <summary>The validator could not reach the miner.</summary>
    public static JobEnd MinerConnectionFailed(string why) =>
        JobEnd.Horde("validator", "miner_connection_failed", $"Miner connection failed: {why}");

    private static ScriptedEnd TimedOut(string after, string reason) =>
        new(after, JobEnd.Horde("validator", reason, $"Timed out waiting for miner (reason={reason})"));

    private static ScriptedEnd? HordeFailed(string reason, string? argument, string? second) =>
        reason switch
        {
            "executor_spinup_failed" => new(JobStatuses.Received, JobEnd.Horde("miner", reason, "Executor failed to start")),
            "executor_disconnected" => new(
                JobStatuses.VolumesReady,
                JobEnd.Horde("miner", reason, $"Executor disconnected while job was running (code: {argument ?? "1006"})")
            ),
            "security_check_failed" => new(
                JobStatuses.Accepted,
                JobEnd.Horde(
                    "executor",
                    reason,
                    "nvidia-container-toolkit check failed: exit code 127",
                    new PyDict
                    {
                        ["stage"] = "executor_startup",
                        ["stdout"] = "",
                        ["stderr"] = "not found",
                        ["return_code"] = 127,
                    }
                )
            ),
            "generic_error" => new(JobStatuses.Accepted, GenericError(argument)),
            "unhandled_exception" => new(
                argument == "TimeoutError" ? JobStatuses.VolumesReady : JobStatuses.ExecutorReady,
                JobEnd.Unhandled(argument ?? "RuntimeError", second ?? (argument == "TimeoutError" ? "execution" : "volume_download"))
            ),
            "streaming_failed" => new(JobStatuses.VolumesReady, JobEnd.Horde("miner", reason, "Streaming failed")),
            _ => null,
        };

    private static JobEnd GenericError(string? which) =>
        which switch
        {
            "startup" => JobEnd.Horde("executor", "generic_error", "Timed out waiting for initial job details from miner"),
            "nginx" => JobEnd.Horde("executor", "generic_error", "Failed to start Nginx"),
            _ => JobEnd.Horde(
                "executor",
                "generic_error",
                "Failed to pull docker image",
                new PyDict
                {
                    ["stage"] = "executor_startup",
                    ["stdout"] = "",
                    ["stderr"] = "{\"error\": \"manifest unknown\"}\n",
                }
            ),
        };
}
