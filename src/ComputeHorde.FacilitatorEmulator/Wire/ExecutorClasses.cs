namespace ComputeHorde.Emulator.Wire;

/// <summary>The executor classes and their spin-up times (protocol 5.1).</summary>
internal static class ExecutorClasses
{
    /// <summary>What the facilitator stores when a request names no class.</summary>
    public const string Default = "spin_up-4min.gpu-24gb";

    private static readonly Dictionary<string, int> SpinUpSeconds = new(StringComparer.Ordinal)
    {
        [Default] = 240,
        ["always_on.gpu-24gb"] = 3,
        ["always_on.llm.a6000"] = 30,
        ["always_on.test"] = 3,
        ["always_on.cpu.8c.16gb"] = 30,
    };

    /// <summary>All names, as sent on the wire.</summary>
    public static IReadOnlyCollection<string> Names => SpinUpSeconds.Keys;

    public static bool IsKnown(string name) => SpinUpSeconds.ContainsKey(name);

    /// <summary>Seconds within which an executor of this class must be up.</summary>
    public static int SpinUp(string name) => SpinUpSeconds.GetValueOrDefault(name, 30);
}
