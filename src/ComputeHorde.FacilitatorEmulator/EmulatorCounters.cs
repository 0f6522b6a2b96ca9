namespace ComputeHorde.Emulator;

/// <summary>What an emulator was asked and what it did, counted since it started; jobs kept by <c>DataPath</c> count as stored.</summary>
public sealed record EmulatorCounters
{
    /// <summary>Calls of the create endpoint, whatever the answer.</summary>
    public required long CreateCalls { get; init; }

    /// <summary>Jobs stored, each of which is paid for.</summary>
    public required long Creates { get; init; }

    /// <summary>Those of <see cref="Creates"/> that ask for the trusted miner.</summary>
    public required long TrustedCreates { get; init; }

    /// <summary>Jobs stored, by tag; jobs without a tag are under the empty text.</summary>
    public required IReadOnlyDictionary<string, long> PaidCreatesByTag { get; init; }

    /// <summary>Calls of the list endpoint.</summary>
    public required long ListCalls { get; init; }

    /// <summary>Calls of the detail endpoint.</summary>
    public required long DetailCalls { get; init; }

    /// <summary>Nonces given out.</summary>
    public required long Nonces { get; init; }

    /// <summary>Tokens given out.</summary>
    public required long Logins { get; init; }

    /// <summary>Calls of the cheat report endpoint.</summary>
    public required long CheatReportCalls { get; init; }

    /// <summary>Cheat reports recorded.</summary>
    public required long CheatReports { get; init; }

    /// <summary>Answers with status 401.</summary>
    public required long Unauthorized { get; init; }

    /// <summary>Faults injected into answers.</summary>
    public required long FaultsInjected { get; init; }

    /// <summary>Input files and archives fetched by executors.</summary>
    public required long Downloads { get; init; }

    /// <summary>Output files uploaded by executors.</summary>
    public required long Uploads { get; init; }

    /// <summary>Number of jobs by newest status.</summary>
    public required IReadOnlyDictionary<string, long> JobsByStatus { get; init; }
}
