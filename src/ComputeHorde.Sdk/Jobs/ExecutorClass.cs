namespace ComputeHorde.Sdk;

/// <summary>
/// Wire values of the known executor classes (protocol 5.1). The set is open: see <see cref="ComputeHordeOptions.ExtraExecutorClasses"/>.
/// </summary>
public static class ExecutorClass
{
    /// <summary>24 GB generic GPU, started on demand in about four minutes.</summary>
    public const string SpinUp4MinGpu24Gb = "spin_up-4min.gpu-24gb";

    /// <summary>24 GB generic GPU, always on.</summary>
    public const string AlwaysOnGpu24Gb = "always_on.gpu-24gb";

    /// <summary>RTX A6000 with 48 GB, for language models, always on.</summary>
    public const string AlwaysOnLlmA6000 = "always_on.llm.a6000";

    /// <summary>No GPU; for tests of the network itself.</summary>
    public const string AlwaysOnTest = "always_on.test";

    /// <summary>8 cores and 16 GB without a GPU, always on.</summary>
    public const string AlwaysOnCpu8C16Gb = "always_on.cpu.8c.16gb";

    /// <summary>All known classes.</summary>
    public static IReadOnlyList<string> All { get; } =
    [SpinUp4MinGpu24Gb, AlwaysOnGpu24Gb, AlwaysOnLlmA6000, AlwaysOnTest, AlwaysOnCpu8C16Gb];

    /// <summary>Time the class takes to have an executor ready: part of every bound on a job's duration.</summary>
    /// <param name="executorClass">The class's wire value.</param>
    /// <returns>The spin-up time; four minutes, the longest known, for an unknown class.</returns>
    public static TimeSpan SpinUp(string executorClass) =>
        TimeSpan.FromSeconds(
            executorClass switch
            {
                AlwaysOnGpu24Gb or AlwaysOnTest => 3,
                AlwaysOnLlmA6000 or AlwaysOnCpu8C16Gb => 30,
                _ => 240,
            }
        );
}
