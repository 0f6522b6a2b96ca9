using ComputeHorde.Emulator.Python;

namespace ComputeHorde.Emulator.Wire;

/// <summary>
/// A job as the facilitator understood it: trimmed, defaulted, volumes and uploads with every key in class order (protocol 2.1, 3.4).
/// </summary>
internal sealed record JobRequest
{
    public required string TargetValidatorHotkey { get; init; }

    public required string ExecutorClass { get; init; }

    public required string DockerImage { get; init; }

    public required string? JobNamespace { get; init; }

    public required PyList Args { get; init; }

    public required PyDict Env { get; init; }

    public required bool UseGpu { get; init; }

    public required string ArtifactsDir { get; init; }

    public required bool OnTrustedMiner { get; init; }

    public required int DownloadTimeLimit { get; init; }

    public required int ExecutionTimeLimit { get; init; }

    public required int UploadTimeLimit { get; init; }

    public required int StreamingStartTimeLimit { get; init; }

    /// <summary>The client's certificate (PEM), empty when the job does not stream.</summary>
    public required string StreamingClientCert { get; init; }

    public required PyList Volumes { get; init; }

    public required PyList Uploads { get; init; }

    public required string Tag { get; init; }
}
