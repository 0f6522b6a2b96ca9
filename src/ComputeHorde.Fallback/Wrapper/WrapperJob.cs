using ComputeHorde.Sdk;

namespace ComputeHorde.Fallback;

/// <summary>A job as the wrapper runs it.</summary>
internal sealed record WrapperJob(ComputeHordeJobSpec Spec, string Nonce)
{
    /// <summary>ENTRYPOINT and arguments, joined.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    public string WorkingDir { get; init; } = "";

    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(30);

    public IReadOnlyList<PlannedInput> Inputs { get; init; } = [];

    /// <summary>CLAIM, STAGE, RESULT, STDOUT, STDERR and ARTIFACTS to presigned URLs.</summary>
    public required IReadOnlyDictionary<string, Uri> Uploads { get; init; }
}
