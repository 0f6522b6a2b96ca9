using System.Text.Json;

namespace ComputeHorde.Durable.Checks;

/// <summary>What the ledger has against a job, as it is written there.</summary>
/// <param name="JobUuid">The miner's job.</param>
/// <param name="Evidence">What proves it, and when it was recorded.</param>
/// <param name="Report">What became of the report; null when none was made, or not yet.</param>
internal sealed record CheatView(string JobUuid, JsonElement Evidence, JsonElement? Report);
