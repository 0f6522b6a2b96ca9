using System.Text.Json.Nodes;

namespace ComputeHorde.Durable.Tests.Support;

/// <summary>Job requests as callers send them.</summary>
internal static class Jobs
{
    /// <summary>A small job that hashes its argument and uploads the given outputs.</summary>
    public static JsonObject Sha256(string word, params string[] outputs) =>
        new()
        {
            ["executor_class"] = "always_on.test",
            ["docker_image"] = "computehorde/sha256:latest",
            ["args"] = new JsonArray(word),
            ["artifacts_dir"] = "/artifacts",
            ["outputs"] = new JsonArray([.. outputs.Select(static path => JsonValue.Create(path))]),
            ["download_time_limit_sec"] = 10,
            ["execution_time_limit_sec"] = 10,
            ["upload_time_limit_sec"] = 10,
        };
}
