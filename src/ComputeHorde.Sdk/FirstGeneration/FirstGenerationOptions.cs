namespace ComputeHorde.Sdk.FirstGeneration;

/// <summary>What the first generation's calls did not say.</summary>
public sealed class FirstGenerationOptions
{
    /// <summary>Seconds the inputs may take.</summary>
    /// <value>Default 60.</value>
    public int DownloadTimeLimitSec { get; set; } = 60;

    /// <summary>Seconds the container may run.</summary>
    /// <value>Default 300.</value>
    public int ExecutionTimeLimitSec { get; set; } = 300;

    /// <summary>Seconds the uploads may take.</summary>
    /// <value>Default 60.</value>
    public int UploadTimeLimitSec { get; set; } = 60;

    /// <summary>Comparisons by name. Both jobs have completed when one is called.</summary>
    /// <value>Default <c>sha256</c> and <c>stdout</c> of <see cref="DepositionComparison"/>.</value>
    public IDictionary<string, Func<ComputeHordeJob, ComputeHordeJob, DepositionResult>> Comparisons { get; } =
        new Dictionary<string, Func<ComputeHordeJob, ComputeHordeJob, DepositionResult>>(StringComparer.Ordinal)
        {
            [DepositionComparison.Sha256] = DepositionComparison.Artifacts,
            [DepositionComparison.StdoutName] = DepositionComparison.Stdout,
        };
}
