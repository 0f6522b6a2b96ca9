namespace ComputeHorde.Sdk;

/// <summary>
/// Checks a job before anything is sent or stored: everything that the facilitator refuses, that breaks the signature at the validator, or
/// that an executor cannot use (protocol 2.1, 14.2). All violations are reported together.
/// </summary>
public static class JobSpecValidation
{
    /// <summary>A request body must be smaller than this many bytes, inline volumes included (protocol 2.1).</summary>
    public const int MaxRequestBytes = 2_621_440;

    /// <summary>Longest tag, in characters.</summary>
    public const int MaxTagLength = 255;

    /// <summary>
    /// Longest time limit of a stage, in seconds: a week, after which the facilitator forgets the job. Miners end a job after 20 minutes
    /// whatever its limits say (protocol 16).
    /// </summary>
    public const int MaxTimeLimitSec = 7 * 86_400;

    /// <summary>Checks a job specification.</summary>
    /// <param name="spec">The specification.</param>
    /// <param name="extraExecutorClasses">Executor classes to allow beside <see cref="ExecutorClass.All"/>.</param>
    /// <returns>Every violation; empty when the job can be sent.</returns>
    public static IReadOnlyList<ValidationProblem> Validate(ComputeHordeJobSpec spec, IEnumerable<string>? extraExecutorClasses = null)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var problems = new ProblemList();
        CheckExecutorClass(problems, spec.ExecutorClass, extraExecutorClasses ?? []);
        problems.Name("job_namespace", spec.JobNamespace, required: spec.JobNamespace is not null, maxLength: 100);
        ImageReference.Check(problems, "docker_image", spec.DockerImage);
        CheckArgs(problems, spec.Args);
        if (spec.Env is null)
        {
            problems.Add("env", "must not be null.");
        }

        problems.Map("env", spec.Env);
        problems.TrimmedText("artifacts_dir", spec.ArtifactsDir, maxLength: 255);
        CheckLimit(problems, "download_time_limit_sec", spec.DownloadTimeLimitSec);
        CheckLimit(problems, "execution_time_limit_sec", spec.ExecutionTimeLimitSec);
        CheckLimit(problems, "upload_time_limit_sec", spec.UploadTimeLimitSec);
        CheckLimit(problems, "streaming_start_time_limit_sec", spec.StreamingStartTimeLimitSec);
        VolumeValidation.CheckInputs(problems, spec.InputVolumes);
        VolumeValidation.CheckOutputs(problems, spec.OutputVolumes);
        if (problems.Problems.Count == 0)
        {
            CheckSize(problems, spec);
        }

        return problems.Problems;
    }

    /// <summary>Checks a tag: 1 to 255 characters without white space at the edges and without control characters.</summary>
    /// <param name="tag">The tag.</param>
    /// <returns>Every violation; empty when the tag can be used.</returns>
    public static IReadOnlyList<ValidationProblem> ValidateTag(string tag)
    {
        var problems = new ProblemList();
        problems.Name("tag", tag, required: true, MaxTagLength);
        return problems.Problems;
    }

    private static void CheckExecutorClass(ProblemList problems, string value, IEnumerable<string> extra)
    {
        problems.TrimmedText("executor_class", value, required: true);
        if (!string.IsNullOrEmpty(value) && !ExecutorClass.All.Contains(value) && !extra.Contains(value))
        {
            problems.Add(
                "executor_class",
                $"must be one of {string.Join(", ", ExecutorClass.All.Concat(extra))}: the facilitator answers an unknown class with HTTP 500."
            );
        }
    }

    private static void CheckArgs(ProblemList problems, IReadOnlyList<string> args)
    {
        if (args is null)
        {
            problems.Add("args", "must not be null.");
            return;
        }

        for (var i = 0; i < args.Count; i++)
        {
            problems.TrimmedText($"args[{i}]", args[i], required: true);
        }
    }

    private static void CheckLimit(ProblemList problems, string field, int seconds)
    {
        if (seconds is < 1 or > MaxTimeLimitSec)
        {
            problems.Add(field, $"must be between 1 and {MaxTimeLimitSec} seconds.");
        }
    }

    /// <summary>
    /// Measures the body with the longest tag, a certificate and a hotkey, so that no allowed option can push it over the limit.
    /// </summary>
    private static void CheckSize(ProblemList problems, ComputeHordeJobSpec spec)
    {
        const int Certificate = 5_000;
        var bytes =
            JobRequest
                .Build(spec, new string('5', 48), new string('t', MaxTagLength), onTrustedMiner: false, publicKey: null)
                .BodyBytes.Length + (spec.Streaming ? Certificate : 0);
        if (bytes >= MaxRequestBytes)
        {
            problems.Add(
                "input_volumes",
                $"make the request {bytes} bytes; it must be under {MaxRequestBytes}. Give big inputs as http, zip_url or huggingface volumes."
            );
        }
    }
}
