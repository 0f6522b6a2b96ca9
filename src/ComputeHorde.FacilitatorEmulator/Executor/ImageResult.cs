namespace ComputeHorde.Emulator.Executor;

/// <summary>What a pretend image produced.</summary>
internal sealed record ImageResult
{
    /// <summary>What standard output begins with.</summary>
    public required string Text { get; init; }

    /// <summary>How many characters standard output has at least.</summary>
    public int StdoutWidth { get; init; }

    /// <summary>
    /// Standard output: the text, filled up with dots when it is asked for, as a job that waits for its end is to hold no megabytes.
    /// </summary>
    public string Stdout => Text.PadRight(StdoutWidth, '.');

    public string Stderr { get; init; } = "";

    public int ExitCode { get; init; }

    /// <summary>How long it ran; null for the stage's usual duration.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Files in the artifacts directory, by name; the same names below <c>/output/</c> hold the same bytes.</summary>
    public required IReadOnlyDictionary<string, byte[]> Files { get; init; }

    /// <summary>Standard output as an executor returns it: the middle of more than so many characters is cut out.</summary>
    public string CutStdout(int most)
    {
        int length = Math.Max(Text.Length, StdoutWidth);
        int half = most / 2;
        return length <= most ? Stdout : $"{Part(0, half)} ... {Part(length - half, half)}";
    }

    private string Part(int begin, int length)
    {
        int from = Math.Min(begin, Text.Length);
        return Text.Substring(from, Math.Min(length, Text.Length - from)).PadRight(length, '.');
    }
}
