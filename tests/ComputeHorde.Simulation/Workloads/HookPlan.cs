using System.Text.Json.Nodes;

namespace ComputeHorde.Simulation.Workloads;

/// <summary>A caller's server that wants to be told of ends.</summary>
internal sealed record HookPlan(string Id)
{
    /// <summary>Of what it wants to be told; null for all.</summary>
    public IReadOnlyList<string>? Events { get; init; }

    /// <summary>
    /// For how long it refuses every connection, from the first one on. After more than a day its notices are given up, and its owner has
    /// them delivered again.
    /// </summary>
    public TimeSpan IsAwayFor { get; init; }

    /// <summary>It answers 410, for ever.</summary>
    public bool IsGone { get; init; }

    public string Secret => $"hook-secret-{Id}";

    public bool Wants(string type) => Events is null || Events.Contains(type);

    public JsonObject ToJson()
    {
        var webhook = new JsonObject { ["url"] = $"https://hooks.invalid/{Id}?token={Secret}" };
        if (Events is not null)
        {
            webhook["events"] = new JsonArray([.. Events.Select(static type => JsonValue.Create(type))]);
        }

        return webhook;
    }
}
