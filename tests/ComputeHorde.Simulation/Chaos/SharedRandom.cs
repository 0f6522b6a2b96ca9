using System.Reflection;

namespace ComputeHorde.Simulation.Chaos;

/// <summary>
/// <see cref="Random.Shared"/>, which jitters the pauses of the application, made the same for each life. The runtime has no door for that:
/// its field is private, and where it should be gone one day, lives are the same but for these pauses.
/// </summary>
internal static class SharedRandom
{
    private static readonly FieldInfo? OfThread = typeof(Random)
        .GetNestedType("ThreadSafeRandom", BindingFlags.NonPublic)
        ?.GetField("t_random", BindingFlags.NonPublic | BindingFlags.Static);

    /// <summary>For the calling thread.</summary>
    public static void Reset(int seed)
    {
        _ = Random.Shared.Next();
        if (OfThread?.GetValue(null) is not { } random)
        {
            return;
        }

        var source = new Random(seed);
        foreach (
            var field in random
                .GetType()
                .GetFields(BindingFlags.NonPublic | BindingFlags.Instance)
                .Where(static field => field.FieldType == typeof(ulong))
        )
        {
            field.SetValue(random, (ulong)source.NextInt64(1, long.MaxValue));
        }
    }
}
