using System.Text.Json;

namespace ComputeHorde.Sdk;

/// <summary>Reads the details of a rejection or failure from a status entry's metadata (protocol 5.3).</summary>
internal static class JobErrorReader
{
    /// <summary>The first present of horde failure, job failure and rejection; null when there is none.</summary>
    public static JobError? Read(JsonElement metadata) =>
        Read(metadata.Member("horde_failure_details"), FailureClass.HordeFailed, "reported_by")
        ?? Read(metadata.Member("job_failure_details"), FailureClass.JobFailed, "reported_by")
        ?? Read(metadata.Member("job_rejection_details"), FailureClass.Rejected, "rejected_by");

    private static JobError? Read(JsonElement details, FailureClass failure, string reporter)
    {
        if (details.ValueKind != JsonValueKind.Object)
            return null;
        var context = details.Member("context");
        return new JobError
        {
            Class = failure,
            Reason = details.Text("reason") is { Length: > 0 } reason ? reason : "unknown",
            Message = details.Text("message") ?? "",
            Stage = details.Text("stage") ?? context.Text("stage"),
            ReportedBy = details.Text(reporter),
            ExitCode = details.Integer("docker_process_exit_status") ?? context.Integer("return_code"),
            Stdout = details.Text("docker_process_stdout") ?? context.Text("stdout"),
            Stderr = details.Text("docker_process_stderr") ?? context.Text("stderr"),
            Context = details.Copy("context"),
            ExceptionType = context.Text("exception_type"),
        };
    }
}
