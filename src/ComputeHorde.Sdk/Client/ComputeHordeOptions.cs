namespace ComputeHorde.Sdk;

/// <summary>Settings of a <see cref="ComputeHordeClient"/>. Checked together when the client is made.</summary>
public sealed class ComputeHordeOptions
{
    /// <summary>Base address of the facilitator; a trailing <c>api/v1/</c> is cut off.</summary>
    /// <value>Default <c>https://facilitator.computehorde.io/</c>.</value>
    public Uri FacilitatorUrl { get; set; } = new("https://facilitator.computehorde.io/");

    /// <summary>Hotkey of the validator that jobs are sent to, SS58. Needed to create jobs, unless each call names one.</summary>
    /// <value>Default null.</value>
    public string? ValidatorHotkey { get; set; }

    /// <summary>The signer, for programs that do not register an <see cref="ISigner"/> in their container.</summary>
    /// <value>Default null.</value>
    public ISigner? Signer { get; set; }

    /// <summary>Time for one request, its body included.</summary>
    /// <value>Default 30 seconds.</value>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a request is repeated after a transient failure (connection, time-out, 429, 5xx).</summary>
    /// <value>Default 4.</value>
    public int MaxRetries { get; set; } = 4;

    /// <summary>Wait before the first repeat; doubled for each further one, with jitter.</summary>
    /// <value>Default 500 milliseconds.</value>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest wait between repeats, whatever backoff or a Retry-After header say.</summary>
    /// <value>Default 60 seconds.</value>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Wait between two looks at a job right after a change of its status; grows by half with each look without a change.
    /// </summary>
    /// <value>Default 1 second.</value>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait between two looks at a job.</summary>
    /// <value>Default 10 seconds.</value>
    public TimeSpan MaxPollInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long before its expiry the login is renewed; at most a tenth of its life.</summary>
    /// <value>Default 5 minutes.</value>
    public TimeSpan TokenRenewalMargin { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long after a create request the facilitator may still store its job, although the connection has broken or a proxy has answered
    /// in its stead. Only when the tag is still unknown after this time is the request sent again.
    /// </summary>
    /// <value>Default 60 seconds; at most an hour.</value>
    public TimeSpan CreateDoubt { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How many create requests may go unanswered (time-outs, broken connections, a proxy's 502 to 504) before no more are sent for one
    /// job. Each of them was looked up in vain; the bound is for a facilitator that stores jobs and does not show them.
    /// </summary>
    /// <value>Default 10; 1 to 100.</value>
    public int MaxUncertainCreates { get; set; } = 10;

    /// <summary>Largest answer that is read, in bytes.</summary>
    /// <value>Default 256 MiB.</value>
    public long MaxResponseBytes { get; set; } = 256L * 1024 * 1024;

    /// <summary>
    /// Largest answer about several jobs that is read, in bytes; one that is larger is asked for in parts, and later ones are kept shorter.
    /// </summary>
    /// <value>Default 32 MiB.</value>
    public long MaxPageBytes { get; set; } = 32L * 1024 * 1024;

    /// <summary>Executor classes to allow beside <see cref="ExecutorClass.All"/>, for ones that ComputeHorde adds later.</summary>
    /// <value>Default empty.</value>
    public IList<string> ExtraExecutorClasses { get; } = [];

    /// <summary>Value of the <c>Realm</c> header.</summary>
    /// <value>Default <c>mainnet</c>.</value>
    public string Realm { get; set; } = "mainnet";

    /// <summary>Value of the <c>SubnetID</c> header.</summary>
    /// <value>Default 12.</value>
    public int SubnetId { get; set; } = 12;
}
