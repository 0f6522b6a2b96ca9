namespace ComputeHorde.Emulator;

/// <summary>
/// Faults of the facilitator itself. Rates are shares of calls from 0 to 1; <c>Next</c> counters hit the coming calls and
/// count down. Create, list, detail, cheat-report and auth calls are hit alike, unless <see cref="Only"/> names some.
/// </summary>
public sealed record FaultSettings
{
    /// <summary>
    /// Calls that faults apply to: any of <c>auth</c>, <c>create</c>, <c>list</c>, <c>detail</c>, <c>cheat</c>; null for all.
    /// </summary>
    public IReadOnlyList<string>? Only { get; init; }

    /// <summary>Milliseconds of real time added to each answer.</summary>
    public int LatencyMs { get; init; }

    /// <summary>Share of calls answered with <see cref="ErrorStatus"/>.</summary>
    public double ErrorRate { get; init; }

    /// <summary>Number of coming calls answered with <see cref="ErrorStatus"/>.</summary>
    public int ErrorNext { get; init; }

    /// <summary>
    /// The status of injected errors: any, so that a burst of 403, or of 200 with <see cref="ErrorBody"/>, can be had as well.
    /// </summary>
    /// <value>The default is 503.</value>
    public int ErrorStatus { get; init; } = 503;

    /// <summary>The body of injected errors, JSON or not; null for an HTML page.</summary>
    public string? ErrorBody { get; init; }

    /// <summary>Share of calls hit by any of twelve faults, drawn evenly; see <c>docs/emulator.md</c>.</summary>
    public double MixedRate { get; init; }

    /// <summary>Real milliseconds by which the mixed fault <c>slow</c> holds an answer back.</summary>
    /// <value>The default is 1000.</value>
    public int SlowMs { get; init; } = 1000;

    /// <summary>Seconds of real time after which all faults end by themselves; null for never.</summary>
    public double? ForSeconds { get; init; }

    /// <summary>
    /// Seconds of real time by which artifacts, upload results and the streaming server are missing from a job's body although its status
    /// has come: the real facilitator commits a status first (protocol 16). The history's metadata has them at once.
    /// </summary>
    public double LateFieldsSeconds { get; init; }

    /// <summary>
    /// Seconds of job time for which no miner is free, beginning now; then it is free for <see cref="FreeSeconds"/>, and so on. 0 for
    /// never.
    /// </summary>
    public double FullSeconds { get; init; }

    /// <summary>Seconds of job time between two times of <see cref="FullSeconds"/>; 0 for ever after the first.</summary>
    public double FreeSeconds { get; init; }

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

    /// <summary>
    /// The validator is gone but its last heartbeat is not three minutes old yet: new jobs stay <c>sent</c> (protocol 9.5).
    /// </summary>
    public bool ValidatorSilent { get; init; }

    /// <summary>Create answers 400 <c>["Job creation is disabled at this moment"]</c>.</summary>
    public bool JobCreationDisabled { get; init; }

    /// <summary>Seconds by which the facilitator's clock runs ahead (or behind, if negative) in time stamps and tokens.</summary>
    public double ClockSkewSeconds { get; init; }
}
