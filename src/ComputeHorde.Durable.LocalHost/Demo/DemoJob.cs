using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;

namespace ComputeHorde.Durable.LocalHost.Demo;

internal static class DemoJob
{
    /// <summary>Hashes an input that travels inside the request, and uploads a report.</summary>
    public static JsonObject Request(string output) =>
        new()
        {
            ["executor_class"] = "always_on.gpu-24gb",
            ["docker_image"] = "computehorde/sha256:latest",
            ["job_namespace"] = "SN12.0",
            ["args"] = new JsonArray("/volume/input/words.txt"),
            ["env"] = new JsonObject { ["LANG"] = "C.UTF-8" },
            ["artifacts_dir"] = "/artifacts",
            ["input_volumes"] = new JsonObject
            {
                ["/volume/input"] = new JsonObject
                {
                    ["type"] = "inline",
                    ["contents"] = Zip("words.txt", "Whoever rents a machine from a stranger checks the work.\n"),
                },
            },
            ["outputs"] = new JsonArray(output),
            ["download_time_limit_sec"] = 30,
            ["execution_time_limit_sec"] = 60,
            ["upload_time_limit_sec"] = 30,
            ["cross_validation"] = new JsonObject { ["sampling"] = "always" },
            ["policy"] = new JsonObject { ["max_attempts"] = 3, ["timeout_seconds"] = 110 },
        };

    /// <summary>A line of the batch; one that is not valid lacks its image.</summary>
    public static JsonObject Line(int number, bool isValid)
    {
        var job = new JsonObject
        {
            ["executor_class"] = "always_on.test",
            ["docker_image"] = "computehorde/sha256:latest",
            ["args"] = new JsonArray($"line {number}"),
            ["download_time_limit_sec"] = 10,
            ["execution_time_limit_sec"] = 30,
            ["upload_time_limit_sec"] = 10,
            ["policy"] = new JsonObject
            {
                ["max_attempts"] = 3,
                ["backoff_seconds"] = 1,
                ["timeout_seconds"] = 110,
            },
        };
        if (!isValid)
        {
            job.Remove("docker_image");
        }

        return job;
    }

    private static string Zip(string name, string text)
    {
        using var buffer = new MemoryStream();
        using (var archive = new ZipArchive(buffer, ZipArchiveMode.Create))
        {
            // The same bytes whenever it is made: a start that is repeated must carry the same body.
            var entry = archive.CreateEntry(name);
            entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
            using var content = entry.Open();
            content.Write(Encoding.UTF8.GetBytes(text));
        }

        return Convert.ToBase64String(buffer.ToArray());
    }
}
