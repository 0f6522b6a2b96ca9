using ComputeHorde.Sdk;

namespace ComputeHorde.Fallback;

/// <summary>What a job may not ask of a fallback machine. Found before anything is looked up, staged or paid.</summary>
internal static class JobRules
{
    /// <summary>Folders whose files are the system's: as a folder of artifacts they would be collected, and given away.</summary>
    private static readonly string[] SystemFolders =
    [
        "/",
        "/bin",
        "/boot",
        "/dev",
        "/etc",
        "/lib",
        "/lib64",
        "/proc",
        "/root",
        "/run",
        "/sbin",
        "/sys",
        "/tmp",
        "/usr",
        "/var",
    ];

    /// <exception cref="ComputeHordeValidationException">With every violation.</exception>
    public static void Check(ComputeHordeJobSpec spec)
    {
        var problems = JobSpecValidation.Validate(spec).ToList();
        if (spec.Streaming)
        {
            problems.Add(new ValidationProblem("streaming", "is not possible on a fallback machine: nobody vouches for its certificate."));
        }

        foreach (var (name, value) in spec.Env ?? [])
        {
            if (
                name.StartsWith("CH_", StringComparison.Ordinal)
                || name.StartsWith("RUNPOD_", StringComparison.Ordinal)
                || name.StartsWith("CONTAINER_APP_", StringComparison.Ordinal)
                || name is "PATH" or "IFS" or "ENV" or "BASH_ENV" or "LD_PRELOAD" or "LD_LIBRARY_PATH"
            )
            {
                problems.Add(
                    new ValidationProblem(
                        $"env[\"{name}\"]",
                        "cannot be set on a fallback machine: its start script or the provider uses it."
                    )
                );
            }
            else if (
                name.Contains('=')
                || !(char.IsAsciiLetter(name[0]) || name[0] == '_')
                || value?.Contains("{{", StringComparison.Ordinal) == true
            )
            {
                problems.Add(
                    new ValidationProblem($"env[\"{name}\"]", "must have a plain name, and a value without '{{', which providers expand.")
                );
            }
        }

        if (
            spec.ArtifactsDir is { Length: > 0 } folder
            && (
                !folder.StartsWith('/')
                || folder.Split('/').Contains("..")
                || SystemFolders.Contains(folder.Length > 1 ? folder.TrimEnd('/') : folder)
            )
        )
        {
            problems.Add(new ValidationProblem("artifacts_dir", "must be an absolute path, and none of the system's folders."));
        }

        if (problems.Count > 0)
        {
            throw new ComputeHordeValidationException(problems);
        }
    }
}
