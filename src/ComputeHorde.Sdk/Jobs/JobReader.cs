using System.Text.Json;

namespace ComputeHorde.Sdk;

/// <summary>Reads job bodies (protocol 2.3) tolerantly: only a readable <c>uuid</c> is required.</summary>
internal static class JobReader
{
    /// <summary>Reads one job.</summary>
    /// <exception cref="ComputeHordeProtocolException">Not an object with a UUID.</exception>
    /// <param name="body">The job's JSON.</param>
    /// <param name="includeResults">False to leave out what the job printed and gave.</param>
    public static ComputeHordeJob Read(JsonElement body, bool includeResults = true)
    {
        // Transient: something on the way may have answered, and the same question may be answered well.
        if (body.ValueKind != JsonValueKind.Object)
        {
            throw new ComputeHordeProtocolException($"A job must be a JSON object; a JSON {body.ValueKind} came.", isTransient: true);
        }

        if (!Guid.TryParse(body.Text("uuid"), out var uuid))
        {
            throw new ComputeHordeProtocolException("A job without a readable uuid came.", isTransient: true);
        }

        var history = body.Member("status_history").Items().Select(entry => Entry(entry, includeResults)).ToList();
        var legacy = new JobStatus(body.Text("status"));
        var last = history.Count > 0 ? history[^1].Status : legacy;
        var decisive = Decisive(history);
        var status = decisive?.Status ?? last;
        return new ComputeHordeJob
        {
            Uuid = uuid.ToString("D"),
            Status = status,
            LastStatus = last,
            StatusHistory = history,
            CreatedAt = body.Time("created_at"),
            LastUpdate = body.Time("last_update"),
            Tag = body.Text("tag") ?? "",
            ExecutorClass = body.Text("executor_class") ?? "",
            DockerImage = body.Text("docker_image") ?? "",
            JobNamespace = body.Text("job_namespace"),
            Args = Args(body.Member("args")),
            Env = body.Texts("env"),
            ArtifactsDir = body.Text("artifacts_dir") ?? "",
            OnTrustedMiner = body.Member("on_trusted_miner").ValueKind == JsonValueKind.True,
            TargetValidatorHotkey = body.Text("target_validator_hotkey") ?? "",
            Streaming = Streaming(body),
            Result = status == JobStatus.Completed && includeResults ? JobResultReader.Read(body) : null,
            Error = status.IsTerminal && status != JobStatus.Completed ? decisive?.Error : null,
        };
    }

    private static JobStatusEntry Entry(JsonElement entry, bool includeResults) =>
        new(new JobStatus(entry.Text("status")), entry.Time("created_at"), JobErrorReader.Read(entry.Member("metadata"), includeResults));

    /// <summary>The entry that decides: a completion if there is one, else the last terminal entry.</summary>
    private static JobStatusEntry? Decisive(List<JobStatusEntry> history) =>
        history.FindLast(entry => entry.Status == JobStatus.Completed) ?? history.FindLast(entry => entry.Status.IsTerminal);

    /// <summary>The first generation of the API wrote the arguments as one text.</summary>
    private static string[] Args(JsonElement args) =>
        args.AsText() is { } text
            ? text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            : [.. args.Items().Select(arg => arg.AsText() ?? arg.ToString())];

    /// <summary>
    /// The server stands in the job and in the entry <c>streaming_ready</c> (protocol 5.3); either may be there a moment before the other.
    /// </summary>
    private static StreamingInfo? Streaming(JsonElement body)
    {
        var client = body.Text("streaming_client_cert") ?? "";
        var places = body.Member("status_history")
            .Items()
            .Select(static entry => entry.Member("metadata").Member("streaming_details"))
            .Prepend(body);
        var info = places.Select(place => Server(client, place)).FirstOrDefault(static server => server.IsReady) ?? Server(client, body);
        return info.ClientCertificate.Length == 0 && !info.IsReady ? null : info;
    }

    private static StreamingInfo Server(string client, JsonElement place) =>
        new(
            client,
            place.Text("streaming_server_cert") ?? "",
            place.Text("streaming_server_address") ?? "",
            place.Integer("streaming_server_port") ?? 0
        );
}
