namespace ComputeHorde.Emulator;

/// <summary>
/// Faults of the facilitator itself. Rates are shares of calls from 0 to 1; <c>Next</c> counters hit the coming calls and
/// count down. Create, list, detail, cheat-report and auth calls are hit alike, unless <see cref="Only"/> names some.
/// </summary>
public sealed record FaultSettings
{
    /// <summary>Calls that faults apply to: any of <c>auth</c>, <c>create</c>, <c>list</c>, <c>detail</c>, <c>cheat</c>; null for all.</summary>
    public IReadOnlyList<string>? Only { get; init; }

    /// <summary>Milliseconds of real time added to each answer.</summary>
    public int LatencyMs { get; init; }

    /// <summary>Share of calls answered with <see cref="ErrorStatus"/>.</summary>
    public double ErrorRate { get; init; }

    /// <summary>Number of coming calls answered with <see cref="ErrorStatus"/>.</summary>
    public int ErrorNext { get; init; }

    /// <summary>The status of injected errors.</summary>
    /// <value>The default is 503.</value>
    public int ErrorStatus { get; init; } = 503;

    /// <summary>Share of calls answered with 429.</summary>
    public double ThrottleRate { get; init; }

    /// <summary>Number of coming calls answered with 429.</summary>
    public int ThrottleNext { get; init; }

    /// <summary>Share of calls whose connection is reset before anything is stored.</summary>
    public double ResetBeforeRate { get; init; }

    /// <summary>Number of coming calls whose connection is reset before anything is stored.</summary>
    public int ResetBeforeNext { get; init; }

    /// <summary>Share of calls whose connection is reset after the work is done, instead of an answer.</summary>
    public double ResetAfterRate { get; init; }

    /// <summary>Number of coming calls whose connection is reset after the work is done, instead of an answer.</summary>
    public int ResetAfterNext { get; init; }

    /// <summary>The validator's heartbeat is too old: create answers 400 <c>["Could not select Validator"]</c> (protocol 9.5).</summary>
    public bool ValidatorDisconnected { get; init; }

    /// <summary>The validator is gone but its last heartbeat is not three minutes old yet: new jobs stay <c>sent</c> (protocol 9.5).</summary>
    public bool ValidatorSilent { get; init; }

    /// <summary>Create answers 400 <c>["Job creation is disabled at this moment"]</c>.</summary>
    public bool JobCreationDisabled { get; init; }

    /// <summary>Seconds by which the facilitator's clock runs ahead (or behind, if negative) in time stamps and tokens.</summary>
    public double ClockSkewSeconds { get; init; }
}
