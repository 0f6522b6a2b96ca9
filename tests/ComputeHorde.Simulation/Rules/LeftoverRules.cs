namespace ComputeHorde.Simulation.Rules;

/// <summary>When all has ended, nobody holds anything or waits for anything.</summary>
internal static class LeftoverRules
{
    private static readonly string[] Empty = ["inflight/", "places/waiting/", "places/held/", "secrets/"];

    public static IEnumerable<string> Nothing(Facts facts)
    {
        foreach (var name in facts.Blobs.Keys.Where(static name => Empty.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal))))
        {
            yield return name;
        }

        foreach (var (name, claim) in facts.Blobs.Where(static blob => blob.Key.StartsWith("attempts/", StringComparison.Ordinal)))
        {
            if (claim.Metadata.GetValueOrDefault("state") != "settled")
            {
                yield return $"{name} is {claim.Metadata.GetValueOrDefault("state")}";
            }
        }

        if (facts.QueuedMessages > 0)
        {
            yield return $"{facts.QueuedMessages} messages in queues";
        }

        foreach (var message in facts.Life.Observer.PoisonedMessages)
        {
            yield return $"given up: {message}";
        }
    }
}
