using System.Text.Json;

namespace ComputeHorde.Sdk;

/// <summary>Reads the details of a rejection or failure from a status entry's metadata (protocol 5.3).</summary>
internal static class JobErrorReader
{
    /// <summary>The first present of horde failure, job failure and rejection; null when there is none.</summary>
    public static JobError? Read(JsonElement metadata, bool includeOutput) =>
        Read(metadata.Member("horde_failure_details"), FailureClass.HordeFailed, "reported_by", includeOutput)
        ?? Read(metadata.Member("job_failure_details"), FailureClass.JobFailed, "reported_by", includeOutput)
        ?? Read(metadata.Member("job_rejection_details"), FailureClass.Rejected, "rejected_by", includeOutput);

    private static JobError? Read(JsonElement details, FailureClass failure, string reporter, bool includeOutput)
    {
        if (details.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var context = details.Member("context");
        return new JobError
        {
            Class = failure,
            Reason = details.Text("reason") is { Length: > 0 } reason ? reason : "unknown",
            Message = details.Text("message") ?? "",
            Stage = details.Text("stage") ?? context.Text("stage"),
            ReportedBy = details.Text(reporter),
            ExitCode = details.Integer("docker_process_exit_status") ?? context.Integer("return_code"),
            Stdout = includeOutput ? details.Text("docker_process_stdout") ?? context.Text("stdout") : null,
            Stderr = includeOutput ? details.Text("docker_process_stderr") ?? context.Text("stderr") : null,
            Context = includeOutput ? details.Copy("context") : null,
            ExceptionType = context.Text("exception_type"),
        };
    }
}
