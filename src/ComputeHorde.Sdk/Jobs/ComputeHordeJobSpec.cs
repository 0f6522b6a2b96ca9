using System.Text.Json.Serialization;

namespace ComputeHorde.Sdk;

/// <summary>What to run (protocol 5.7). JSON form: snake_case, see <see cref="ComputeHordeJson"/>.</summary>
[JsonConverter(typeof(JobSpecJsonConverter))]
public sealed record ComputeHordeJobSpec
{
    /// <summary>Kind of machine: one of <see cref="Sdk.ExecutorClass"/>.</summary>
    public required string ExecutorClass { get; init; }

    /// <summary>Who the job is for, recommended form <c>SN123.0</c>; at most 100 characters. Default null. Not signed.</summary>
    public string? JobNamespace { get; init; }

    /// <summary>
    /// Docker image, <c>[registry/]name[:tag][@digest]</c>, at most 255 characters; <c>:latest</c> is added when there is no tag. Images
    /// that executors have not preloaded often time out.
    /// </summary>
    public required string DockerImage { get; init; }

    /// <summary>
    /// Arguments that replace the image's CMD when there are any; its ENTRYPOINT stays. No element may be empty or have white space at its
    /// edges.
    /// </summary>
    public IReadOnlyList<string> Args { get; init; } = [];

    /// <summary>Environment variables; the order is kept and signed.</summary>
    public OrderedDictionary<string, string> Env { get; init; } = [];

    /// <summary>Folder in the container whose files, each under 1,000,000 bytes, come back in the result. Default null: none.</summary>
    public string? ArtifactsDir { get; init; }

    /// <summary>Inputs by mount path; each path starts with <c>/volume/</c>.</summary>
    public OrderedDictionary<string, InputVolume> InputVolumes { get; init; } = [];

    /// <summary>
    /// Outputs by path; each path starts with <c>/output/</c>. <c>/output/stdout.txt</c> and <c>/output/stderr.txt</c> hold the untruncated
    /// output.
    /// </summary>
    public OrderedDictionary<string, OutputVolume> OutputVolumes { get; init; } = [];

    /// <summary>Seconds the inputs may take, 1 to 604,800. Generous limits make a job harder to place.</summary>
    public required int DownloadTimeLimitSec { get; init; }

    /// <summary>Seconds the container may run, 1 to 604,800; reaching it fails the job.</summary>
    public required int ExecutionTimeLimitSec { get; init; }

    /// <summary>Seconds the uploads may take, 1 to 604,800.</summary>
    public required int UploadTimeLimitSec { get; init; }

    /// <summary>Seconds a streaming server may take to start, 1 to 604,800. Default 5.</summary>
    public int StreamingStartTimeLimitSec { get; init; } = 5;

    /// <summary>True for a job that serves HTTP on port 8000 while it runs. Default false.</summary>
    public bool Streaming { get; init; }

    /// <summary>The time after which a received job should have ended (protocol 9.2).</summary>
    /// <returns>Spin-up, limits and the network's own leeways added up.</returns>
    public TimeSpan ExpectedToEndWithin() =>
        Sdk.ExecutorClass.SpinUp(ExecutorClass)
        + TimeSpan.FromSeconds(
            7 + 10 + 5 + 30.0 + DownloadTimeLimitSec + StreamingStartTimeLimitSec + ExecutionTimeLimitSec + UploadTimeLimitSec
        );

    /// <summary>Image and class; no environment, URLs or contents.</summary>
    /// <returns>A short description.</returns>
    public override string ToString() => ForeignText.Line($"{DockerImage} on {ExecutorClass}");
}
