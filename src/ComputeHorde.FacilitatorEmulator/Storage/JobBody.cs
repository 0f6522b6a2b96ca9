using System.Globalization;
using System.Text;
using ComputeHorde.Emulator.Python;
using ComputeHorde.Emulator.Wire;

namespace ComputeHorde.Emulator.Storage;

/// <summary>
/// Renders the job body that create, detail and list share (protocol 2.3). What never changes is rendered once a job, each
/// history entry once an entry.
/// </summary>
internal sealed class JobBody(JobRecord job, bool fresh)
{
    private readonly byte[] _identity = Members(
        new PyDict
        {
            ["uuid"] = job.Uuid.ToString("D"),
            ["executor_class"] = job.Request.ExecutorClass,
            ["created_at"] = Time(job.CreatedAt),
        }
    );

    private readonly byte[] _command = Members(
        new PyDict
        {
            ["docker_image"] = job.Request.DockerImage,
            ["job_namespace"] = job.Request.JobNamespace,
            ["args"] = job.Request.Args,
            ["env"] = fresh ? job.Request.Env : JsonB.Order(job.Request.Env),
            ["use_gpu"] = job.Request.UseGpu,
            ["tag"] = job.Request.Tag,
        }
    );

    private readonly byte[] _files = Members(
        new PyDict
        {
            ["volumes"] = fresh ? job.Request.Volumes : JsonB.OrderInsideModels(job.Request.Volumes),
            ["uploads"] = fresh ? job.Request.Uploads : JsonB.OrderInsideModels(job.Request.Uploads),
        }
    );

    private readonly byte[] _target = Members(
        new PyDict
        {
            ["artifacts_dir"] = job.Request.ArtifactsDir,
            ["target_validator_hotkey"] = job.Request.TargetValidatorHotkey,
            ["on_trusted_miner"] = job.Request.OnTrustedMiner,
        }
    );

    private readonly byte[] _limits = Members(
        new PyDict
        {
            ["download_time_limit"] = job.Request.DownloadTimeLimit,
            ["execution_time_limit"] = job.Request.ExecutionTimeLimit,
            ["streaming_start_time_limit"] = job.Request.StreamingStartTimeLimit,
            ["upload_time_limit"] = job.Request.UploadTimeLimit,
            ["streaming_client_cert"] = job.Request.StreamingClientCert,
        }
    );

    /// <summary>The body with that history; results and the streaming server are those of entries up to a time.</summary>
    public AnswerBody Render(IReadOnlyList<StatusEntry> history, DateTimeOffset settled)
    {
        StatusEntry newest = history[^1];
        PyDict? response = newest.Metadata.Get("miner_response") as PyDict;
        PyDict? result =
            history.LastOrDefault(e => e.Status == JobStatuses.Completed && e.CreatedAt <= settled)?.Metadata.Get("miner_response")
            as PyDict;
        PyDict? streaming =
            history.FirstOrDefault(e => e.Status == JobStatuses.StreamingReady && e.CreatedAt <= settled)?.Metadata.Get("streaming_details")
            as PyDict;

        AnswerBody output = AnswerBody.Of("{").Add(_identity);
        Write(output, new PyDict { ["last_update"] = Time(newest.CreatedAt), ["status"] = JobStatuses.Display(newest.Status) });
        Write(output, _command);
        Write(
            output,
            new PyDict
            {
                ["stdout"] = response?.Get("docker_process_stdout") ?? "",
                ["stderr"] = response?.Get("docker_process_stderr") ?? "",
            }
        );
        Write(output, _files);
        Write(output, new PyDict { ["artifacts"] = Map(result, "artifacts") });
        Write(output, _target);
        Write(output, new PyDict { ["upload_results"] = Map(result, "upload_results") });
        Write(output, _limits);
        Write(
            output,
            new PyDict
            {
                ["streaming_server_cert"] = streaming?.GetText("streaming_server_cert") ?? "",
                ["streaming_server_address"] = streaming?.GetText("streaming_server_address") ?? "",
                ["streaming_server_port"] = streaming?.Get("streaming_server_port") ?? 0,
            }
        );
        output.Add(",\"status_history\":[");
        for (int i = 0; i < history.Count; i++)
        {
            if (i > 0)
            {
                output.Add(",");
            }

            output.Add(history[i].Json);
        }

        return output.Add("]}");
    }

    /// <summary>ISO 8601 with <c>Z</c>; six fraction digits, none when they are all zero.</summary>
    public static string Time(DateTimeOffset time)
    {
        string format =
            time.Ticks % TimeSpan.TicksPerSecond < TimeSpan.TicksPerMicrosecond
                ? "yyyy-MM-dd'T'HH:mm:ss'Z'"
                : "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";
        return time.UtcDateTime.ToString(format, CultureInfo.InvariantCulture);
    }

    private static void Write(AnswerBody output, PyDict members)
    {
        foreach ((string name, object? value) in members)
        {
            output.Add($",\"{name}\":").Add(AnswerBody.Json(value));
        }
    }

    private static void Write(AnswerBody output, byte[] members) => output.Add(",").Add(members);

    /// <summary>The members of an object without its braces.</summary>
    private static byte[] Members(PyDict map) => Encoding.UTF8.GetBytes(PyJsonWriter.Compact(map)[1..^1]);

    private static PyDict Map(PyDict? response, string key) => response?.Get(key) is PyDict map ? JsonB.Order(map) : [];
}
