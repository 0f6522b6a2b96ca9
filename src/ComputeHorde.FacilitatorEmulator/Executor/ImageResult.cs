namespace ComputeHorde.Emulator.Executor;

/// <summary>What a pretend image produced.</summary>
internal sealed record ImageResult
{
    /// <summary>Standard output, filled up to <see cref="StdoutWidth"/>. Filled when it is asked for: a job that waits for its end holds no megabytes.</summary>
    public required string Stdout { get => field.PadRight(StdoutWidth, '.'); init; }

    /// <summary>How many characters it has at least.</summary>
    public int StdoutWidth { get; init; }

    public string Stderr { get; init; } = "";

    public int ExitCode { get; init; }

    /// <summary>How long it ran; null for the stage's usual duration.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Files in the artifacts directory, by name; the same names below <c>/output/</c> hold the same bytes.</summary>
    public required IReadOnlyDictionary<string, byte[]> Files { get; init; }
}
