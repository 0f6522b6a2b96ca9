namespace ComputeHorde.Sdk;

/// <summary>How a job is created.</summary>
public sealed record CreateJobOptions
{
    /// <summary>
    /// Handle of this one logical create, 1 to 255 characters: whatever happens, one job is stored under it. Must be unique for each job
    /// that is wanted.
    /// Default null: a random one.
    /// </summary>
    public string? Tag { get; init; }

    /// <summary>
    /// True to look the tag up before the first create, for callers that may be running a second time with the same tag. A look-up that
    /// fails ends the call with
    /// <see cref="ComputeHordeUncertainCreateException"/>. Default false.
    /// </summary>
    public bool LookUpFirst { get; init; }

    /// <summary>
    /// When an earlier execution last sent a request for this tag, which is when <see cref="BeforeRequest"/> was last called. An empty
    /// look-up counts only
    /// <see cref="ComputeHordeOptions.CreateDoubt"/> after it. Implies <see cref="LookUpFirst"/>. Default null: no request can be under way
    /// any more.
    /// </summary>
    public DateTimeOffset? LastRequest { get; init; }

    /// <summary>
    /// Called before each request that may store the job, for callers that keep a claim on the attempt and have to renew it. What it throws
    /// ends the call, and the request is not sent. Default null.
    /// </summary>
    public Func<CancellationToken, ValueTask>? BeforeRequest { get; init; }

    /// <summary>True to run on the validator's own trusted miner, for cross-validation. Default false.</summary>
    public bool OnTrustedMiner { get; init; }

    /// <summary>Validator to send to, instead of <see cref="ComputeHordeOptions.ValidatorHotkey"/>. Default null.</summary>
    public string? TargetValidatorHotkey { get; init; }

    /// <summary>Certificate to reach a streaming job with. Default null: a new one is made for a streaming job.</summary>
    public StreamingCertificate? StreamingCertificate { get; init; }
}
