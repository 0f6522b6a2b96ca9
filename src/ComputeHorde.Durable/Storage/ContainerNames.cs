namespace ComputeHorde.Durable.Storage;

internal static class ContainerNames
{
    /// <summary>Job specifications that land here start a run.</summary>
    public const string Jobs = "jobs";

    /// <summary>The requests of all runs (claim check).</summary>
    public const string Requests = "requests";

    /// <summary>What the jobs returned.</summary>
    public const string Results = "results";

    /// <summary>What the jobs uploaded.</summary>
    public const string Outputs = "outputs";

    /// <summary>The evidence of confirmed mismatches.</summary>
    public const string Ledger = "ledger";

    /// <summary>The sampling key and what sampling remembers.</summary>
    public const string Sampling = "sampling";

    /// <summary>The upload URLs of runs that a specification started.</summary>
    public const string JobUrls = "job-urls";

    /// <summary>Why specifications and messages were not accepted.</summary>
    public const string JobsRejected = "jobs-rejected";

    /// <summary>Encrypted secrets of runs under way.</summary>
    public const string Secrets = "secrets";

    /// <summary>The claims on attempts.</summary>
    public const string Attempts = "attempts";

    /// <summary>The jobs on fallback machines, and what each day has spent on them.</summary>
    public const string Fallback = "fallback";

    /// <summary>The jobs in flight.</summary>
    public const string InFlight = "inflight";

    /// <summary>The places that runs of limited namespaces hold or wait for.</summary>
    public const string Places = "places";

    /// <summary>The notices that were given up.</summary>
    public const string Notices = "notices";

    /// <summary>The schedules.</summary>
    public const string Schedules = "schedules";
}
