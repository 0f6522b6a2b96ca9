using ComputeHorde.Sdk;

namespace ComputeHorde.Fallback;

/// <summary>Which of RunPod's machines can do the work of an executor class.</summary>
internal static class RunPodGpus
{
    private static readonly string[] Gpus24Gb =
    [
        "NVIDIA RTX A5000",
        "NVIDIA GeForce RTX 3090",
        "NVIDIA L4",
        "NVIDIA GeForce RTX 4090",
        "NVIDIA A30",
        "NVIDIA GeForce RTX 3090 Ti",
    ];

    /// <summary>CPU flavours, in the order in which they are tried.</summary>
    public static readonly string[] CpuFlavours = ["cpu3c", "cpu5c", "cpu3g"];

    /// <summary>Ids of GPUs; none for a class that needs none.</summary>
    /// <exception cref="FallbackException">The class is not known.</exception>
    public static IReadOnlyList<string> Of(string executorClass) =>
        executorClass switch
        {
            ExecutorClass.AlwaysOnLlmA6000 => ["NVIDIA RTX A6000"],
            ExecutorClass.AlwaysOnGpu24Gb or ExecutorClass.SpinUp4MinGpu24Gb => Gpus24Gb,
            ExecutorClass.AlwaysOnTest or ExecutorClass.AlwaysOnCpu8C16Gb => [],
            _ => throw new FallbackException(FallbackFailure.NoMapping, $"executor_class: RunPod has no machine for '{executorClass}'."),
        };

    /// <summary>vCPUs of a CPU pod; the <c>c</c> flavours have 2 GB each.</summary>
    public static int Cpus(string executorClass) => executorClass == ExecutorClass.AlwaysOnCpu8C16Gb ? 8 : 2;
}
