using System.Globalization;
using System.Text;
using ComputeHorde.Emulator.Python;
using ComputeHorde.Emulator.Wire;

namespace ComputeHorde.Emulator.Storage;

/// <summary>Renders the job body that create, detail and list share (protocol 2.3).</summary>
internal static class JobBody
{
    public static byte[] Render(JobRecord job, IReadOnlyList<StatusEntry> history, bool fresh)
    {
        JobRequest request = job.Request;
        StatusEntry newest = history[^1];
        PyDict? response = newest.Metadata.Get("miner_response") as PyDict;
        PyDict? result = history.LastOrDefault(e => e.Status == JobStatuses.Completed)?.Metadata.Get("miner_response") as PyDict;
        PyDict? streaming = history.FirstOrDefault(e => e.Status == JobStatuses.StreamingReady)?.Metadata.Get("streaming_details") as PyDict;
        return Encoding.UTF8.GetBytes(PyJsonWriter.Compact(new PyDict
        {
            ["uuid"] = job.Uuid.ToString("D"),
            ["executor_class"] = request.ExecutorClass,
            ["created_at"] = Time(job.CreatedAt),
            ["last_update"] = Time(newest.CreatedAt),
            ["status"] = JobStatuses.Display(newest.Status),
            ["docker_image"] = request.DockerImage,
            ["job_namespace"] = request.JobNamespace,
            ["args"] = request.Args,
            ["env"] = fresh ? request.Env : JsonB.Order(request.Env),
            ["use_gpu"] = request.UseGpu,
            ["tag"] = request.Tag,
            ["stdout"] = response?.GetText("docker_process_stdout") ?? "",
            ["stderr"] = response?.GetText("docker_process_stderr") ?? "",
            ["volumes"] = fresh ? request.Volumes : JsonB.OrderInsideModels(request.Volumes),
            ["uploads"] = fresh ? request.Uploads : JsonB.OrderInsideModels(request.Uploads),
            ["artifacts"] = Map(result, "artifacts"),
            ["artifacts_dir"] = request.ArtifactsDir,
            ["target_validator_hotkey"] = request.TargetValidatorHotkey,
            ["on_trusted_miner"] = request.OnTrustedMiner,
            ["upload_results"] = Map(result, "upload_results"),
            ["download_time_limit"] = request.DownloadTimeLimit,
            ["execution_time_limit"] = request.ExecutionTimeLimit,
            ["streaming_start_time_limit"] = request.StreamingStartTimeLimit,
            ["upload_time_limit"] = request.UploadTimeLimit,
            ["streaming_client_cert"] = request.StreamingClientCert,
            ["streaming_server_cert"] = streaming?.GetText("streaming_server_cert") ?? "",
            ["streaming_server_address"] = streaming?.GetText("streaming_server_address") ?? "",
            ["streaming_server_port"] = streaming?.Get("streaming_server_port") ?? 0,
            ["status_history"] = new PyList(history.Select(entry => (object?)new PyDict
            {
                ["status"] = entry.Status,
                ["metadata"] = JsonB.Order(entry.Metadata),
                ["created_at"] = Time(entry.CreatedAt),
            })),
        }));
    }

    /// <summary>ISO 8601 with <c>Z</c>; six fraction digits, none when they are all zero.</summary>
    public static string Time(DateTimeOffset time)
    {
        string format = time.Ticks % TimeSpan.TicksPerSecond < 10 ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";
        return time.UtcDateTime.ToString(format, CultureInfo.InvariantCulture);
    }

    private static PyDict Map(PyDict? response, string key) => response?.Get(key) is PyDict map ? JsonB.Order(map) : [];
}
