using System.Text.Json.Nodes;

namespace ComputeHorde.Simulation.Workloads;

/// <summary>A job that somebody wants to be run, and what the horde has in store for it.</summary>
internal sealed record JobPlan
{
    public const string LimitedNamespace = "team";

    /// <summary>The emulator's behaviours, attempt by attempt; after a slash those of the copies on the trusted miner.</summary>
    public string Script { get; init; } = "ok";

    public required string Word { get; init; }

    public int ExecutionSeconds { get; init; } = 60;

    public int Outputs { get; init; }

    public int MaxAttempts { get; init; } = 3;

    public int? TimeoutSeconds { get; init; }

    /// <summary>How the result is checked; null for not at all.</summary>
    public string? Sampling { get; init; }

    public string Namespace { get; init; } = "";

    public int? MaxInFlight { get; init; }

    /// <summary>Who is told; null for nobody.</summary>
    public HookPlan? Hook { get; init; }

    public bool IsValid { get; init; } = true;

    public bool Cheats => Script.Split('/')[0].Contains("cheat", StringComparison.Ordinal);

    public IEnumerable<string> Secrets => Hook is null ? [Secret] : [Secret, Hook.Secret];

    private string Secret => $"caller-secret-{Word}";

    public JsonObject ToJson()
    {
        var job = new JsonObject
        {
            ["executor_class"] = "always_on.test",
            ["docker_image"] = IsValid ? "computehorde/echo:latest" : "not an image",
            ["args"] = new JsonArray(Word),
            ["env"] = new JsonObject { ["SECRET"] = Secret, ["EMULATOR_BEHAVIOUR"] = Script },
            ["artifacts_dir"] = "/artifacts",
            ["outputs"] = new JsonArray([
                .. Enumerable.Range(1, Outputs).Select(static number => JsonValue.Create($"/output/part-{number}.bin")),
            ]),
            ["download_time_limit_sec"] = 30,
            ["execution_time_limit_sec"] = ExecutionSeconds,
            ["upload_time_limit_sec"] = 30,
            ["policy"] = new JsonObject { ["max_attempts"] = MaxAttempts },
        };
        if (TimeoutSeconds is { } timeout)
        {
            job["policy"]!["timeout_seconds"] = timeout;
        }

        if (Sampling is { } sampling)
        {
            job["cross_validation"] = new JsonObject
            {
                ["sampling"] = sampling,
                ["rate"] = 0.5,
                ["comparer"] = "stdout",
            };
        }

        if (Hook is not null)
        {
            job["webhook"] = Hook.ToJson();
        }

        if (Namespace.Length > 0)
        {
            job["job_namespace"] = Namespace;
        }

        if (MaxInFlight is { } most)
        {
            job["limits"] = new JsonObject { ["max_in_flight"] = most };
        }

        return job;
    }
}
