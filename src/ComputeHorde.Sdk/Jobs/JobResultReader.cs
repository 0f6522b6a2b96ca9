using System.Text.Json;

namespace ComputeHorde.Sdk;

/// <summary>Reads the result of a completed job. What cannot be read spoils only itself.</summary>
internal static class JobResultReader
{
    private const string OutputPrefix = "/output/";

    public static JobResult Read(JsonElement body)
    {
        // The top level mirrors the newest entry only; when something follows the completion, the completion's own metadata still has it
        // all.
        var response = body.Member("status_history")
            .Items()
            .Where(entry => new JobStatus(entry.Text("status")) == JobStatus.Completed)
            .Select(entry => entry.Member("metadata").Member("miner_response"))
            .LastOrDefault();
        var artifacts = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var badArtifacts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (path, text) in Either(body, response, "artifacts"))
        {
            if (Base64(text) is { } bytes)
            {
                artifacts[path] = bytes;
            }
            else
            {
                badArtifacts[path] = text;
            }
        }

        var uploads = new Dictionary<string, UploadResult>(StringComparer.Ordinal);
        var badUploads = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (path, text) in Either(body, response, "upload_results"))
        {
            if (Upload(text) is { } upload)
            {
                uploads[OutputPrefix + path] = upload;
            }
            else
            {
                badUploads[OutputPrefix + path] = text;
            }
        }

        return new JobResult
        {
            Stdout = body.Text("stdout") is { Length: > 0 } stdout ? stdout : response.Text("docker_process_stdout") ?? "",
            Stderr = body.Text("stderr") is { Length: > 0 } stderr ? stderr : response.Text("docker_process_stderr") ?? "",
            Artifacts = artifacts,
            UnreadableArtifacts = badArtifacts,
            UploadResults = uploads,
            UnreadableUploadResults = badUploads,
        };
    }

    /// <summary>The answer of the server that took an output; null when it is none.</summary>
    public static UploadResult? Upload(JsonElement upload) =>
        upload.ValueKind == JsonValueKind.Object ? new UploadResult(Headers(upload), upload.Text("body") ?? "") : null;

    private static Dictionary<string, string> Either(JsonElement body, JsonElement response, string name) =>
        body.Texts(name) is { Count: > 0 } texts ? texts : response.Texts(name);

    private static byte[]? Base64(string text)
    {
        var bytes = new byte[text.Length / 4 * 3 + 3];
        return Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : null;
    }

    private static Dictionary<string, string> Headers(JsonElement upload)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in upload.Texts("headers"))
        {
            headers[name] = value;
        }

        return headers;
    }

    private static UploadResult? Upload(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text.TrimStart('\uFEFF'));
            return Upload(document.RootElement);
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            return null; // Kept as it came, in UnreadableUploadResults.
        }
    }
}
