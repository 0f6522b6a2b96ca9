using ComputeHorde.Emulator.Python;
using ComputeHorde.Emulator.Wire;

namespace ComputeHorde.Emulator.Horde;

/// <summary>An unsuccessful end of a job: its terminal status and the metadata that explains it (protocol 5.3).</summary>
internal sealed record JobEnd(string Status, PyDict Metadata)
{
    /// <summary>A rejection by the validator or the miner.</summary>
    public static JobEnd Rejected(string by, string reason, string message, string? exceptionType = null) =>
        new(
            JobStatuses.Rejected,
            Details(
                "job_rejection_details",
                new PyDict
                {
                    ["rejected_by"] = by,
                    ["reason"] = reason,
                    ["message"] = message,
                },
                exceptionType is null ? null : new PyDict { ["exception_type"] = exceptionType }
            )
        );

    /// <summary>A failure of the job itself.</summary>
    public static JobEnd Failed(
        string reason,
        string stage,
        string message,
        int? exitStatus = null,
        string? stdout = null,
        string? stderr = null
    )
    {
        var details = new PyDict
        {
            ["reason"] = reason,
            ["stage"] = stage,
            ["message"] = message,
        };
        if (exitStatus is int status)
        {
            details["docker_process_exit_status"] = status;
            details["docker_process_stdout"] = stdout;
            details["docker_process_stderr"] = stderr;
        }

        return new JobEnd(JobStatuses.Failed, Details("job_failure_details", details, null));
    }

    /// <summary>A failure of the horde. The validator reports its own with status <c>failed</c> (protocol 9.4).</summary>
    public static JobEnd Horde(string by, string reason, string message, PyDict? context = null) =>
        new(
            by == "validator" ? JobStatuses.Failed : JobStatuses.HordeFailed,
            Details(
                "horde_failure_details",
                new PyDict
                {
                    ["reported_by"] = by,
                    ["reason"] = reason,
                    ["message"] = message,
                },
                context
            )
        );

    /// <summary>An exception nobody handled in the executor.</summary>
    public static JobEnd Unhandled(string exceptionType, string stage) =>
        Horde(
            "executor",
            "unhandled_exception",
            "Unhandled exception",
            new PyDict { ["exception_type"] = exceptionType, ["stage"] = stage }
        );

    private static PyDict Details(string name, PyDict details, PyDict? context)
    {
        if (context is not null)
        {
            details["context"] = context;
        }

        return new PyDict { [name] = details };
    }
}
