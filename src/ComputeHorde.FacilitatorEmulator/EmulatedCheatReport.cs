namespace ComputeHorde.Emulator;

/// <summary>A recorded cheat report and what the validator made of it, which the reporter never hears (protocol 7.3).</summary>
/// <param name="JobUuid">The reported job.</param>
/// <param name="TrustedJobUuid">The trusted copy.</param>
/// <param name="Hotkey">Who reported.</param>
/// <param name="Details">The details as JSON text, or null.</param>
/// <param name="ValidatorVerdict">What the validator did and why.</param>
/// <param name="TookEffect">True when the miner was blacklisted for it.</param>
/// <param name="Miner">The reported job's miner, or null.</param>
/// <param name="ActuallyCheated">True when that job's results really were falsified.</param>
/// <param name="ReportedAt">When it was recorded.</param>
public sealed record EmulatedCheatReport(
    Guid JobUuid,
    Guid TrustedJobUuid,
    string Hotkey,
    string? Details,
    string ValidatorVerdict,
    bool TookEffect,
    string? Miner,
    bool ActuallyCheated,
    DateTimeOffset ReportedAt
);
