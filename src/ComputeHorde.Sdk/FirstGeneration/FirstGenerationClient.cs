namespace ComputeHorde.Sdk.FirstGeneration;

/// <summary>
/// The call shape of the SDK's first generation (protocol 11), on top of today's protocol: keyword arguments, no time limits, and
/// cross-validation by the client itself, because servers no longer know it.
/// </summary>
/// <param name="client">The client that does the work; is not disposed.</param>
/// <param name="options">Time limits and comparisons; default the defaults.</param>
public sealed class FirstGenerationClient(ComputeHordeClient client, FirstGenerationOptions? options = null)
{
    private readonly FirstGenerationOptions _options = options ?? new FirstGenerationOptions();

    /// <summary>Creates a job, and with <paramref name="runCrossValidation"/> its copy on the trusted miner.</summary>
    /// <param name="executorClass">One of <see cref="ExecutorClass"/>.</param>
    /// <param name="jobNamespace">Who the job is for, for instance <c>SN123.0</c>.</param>
    /// <param name="dockerImage">Docker image.</param>
    /// <param name="args">Arguments; default none.</param>
    /// <param name="env">Environment; default none.</param>
    /// <param name="artifactsDir">Folder whose files come back in the result; default none.</param>
    /// <param name="inputVolumes">Inputs by path under <c>/volume/</c>; default none.</param>
    /// <param name="outputVolumes">Outputs by path under <c>/output/</c>; default none.</param>
    /// <param name="runCrossValidation">True to run the job on the trusted miner too.</param>
    /// <param name="trustedOutputVolumes">Outputs of the copy, with URLs of their own; default the copy uploads nothing.</param>
    /// <param name="depositionComparisonMethod">Name of the comparison, one of <see cref="FirstGenerationOptions.Comparisons"/>; default
    /// <c>sha256</c>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The job and its copy.</returns>
    /// <exception cref="ComputeHordeValidationException">The arguments have faults; all are named.</exception>
    public async Task<FirstGenerationJob> CreateJobAsync(
        string executorClass,
        string jobNamespace,
        string dockerImage,
        IReadOnlyList<string>? args = null,
        OrderedDictionary<string, string>? env = null,
        string? artifactsDir = null,
        OrderedDictionary<string, InputVolume>? inputVolumes = null,
        OrderedDictionary<string, OutputVolume>? outputVolumes = null,
        bool runCrossValidation = false,
        OrderedDictionary<string, OutputVolume>? trustedOutputVolumes = null,
        string? depositionComparisonMethod = null,
        CancellationToken cancellationToken = default
    )
    {
        var method = depositionComparisonMethod ?? DepositionComparison.Sha256;
        if (!_options.Comparisons.TryGetValue(method, out var comparison))
        {
            throw new ComputeHordeValidationException(
                "deposition_comparison_method",
                $"must be one of {string.Join(", ", _options.Comparisons.Keys)}."
            );
        }

        var spec = new ComputeHordeJobSpec
        {
            ExecutorClass = executorClass,
            JobNamespace = jobNamespace,
            DockerImage = dockerImage,
            Args = args ?? [],
            Env = env ?? [],
            ArtifactsDir = artifactsDir,
            InputVolumes = inputVolumes ?? [],
            OutputVolumes = outputVolumes ?? [],
            DownloadTimeLimitSec = _options.DownloadTimeLimitSec,
            ExecutionTimeLimitSec = _options.ExecutionTimeLimitSec,
            UploadTimeLimitSec = _options.UploadTimeLimitSec,
        };
        var tag = Guid.NewGuid().ToString("N");
        var job = await client.CreateJobAsync(spec, new CreateJobOptions { Tag = tag }, cancellationToken);
        if (!runCrossValidation)
        {
            return new FirstGenerationJob(client, job.Job, null, comparison);
        }

        var trusted = await client.CreateJobAsync(
            spec with
            {
                OutputVolumes = trustedOutputVolumes ?? [],
            },
            new CreateJobOptions { Tag = tag + "#trusted", OnTrustedMiner = true },
            cancellationToken
        );
        return new FirstGenerationJob(client, job.Job, trusted.Job, comparison);
    }
}
