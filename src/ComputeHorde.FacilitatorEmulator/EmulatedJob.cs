namespace ComputeHorde.Emulator;

/// <summary>One entry of a job's history.</summary>
/// <param name="Status">The status value (protocol 5.2).</param>
/// <param name="At">When it was reached.</param>
/// <param name="Reason">The reason of a rejection or failure, or null.</param>
/// <param name="Message">Its message, or null.</param>
public sealed record EmulatedStatus(string Status, DateTimeOffset At, string? Reason, string? Message);

/// <summary>A job as the emulator sees it, with what the API does not tell.</summary>
/// <param name="Uuid">The job's id.</param>
/// <param name="Tag">The tag it was created with; empty if none.</param>
/// <param name="Hotkey">Whose token created it.</param>
/// <param name="DockerImage">The image.</param>
/// <param name="ExecutorClass">The executor class.</param>
/// <param name="OnTrustedMiner">Whether it asks for the trusted miner.</param>
/// <param name="Miner">Name of the miner that took it, or null.</param>
/// <param name="Behaviour">The behaviour this attempt was given.</param>
/// <param name="Status">The newest status.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="History">All statuses, oldest first.</param>
public sealed record EmulatedJob(
    Guid Uuid,
    string Tag,
    string Hotkey,
    string DockerImage,
    string ExecutorClass,
    bool OnTrustedMiner,
    string? Miner,
    string Behaviour,
    string Status,
    DateTimeOffset CreatedAt,
    IReadOnlyList<EmulatedStatus> History
);
