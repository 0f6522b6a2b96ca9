using System.ComponentModel.DataAnnotations;

namespace ComputeHorde.Durable.Hosting;

/// <summary>
/// Settings of the orchestrations: configuration section <c>ComputeHorde</c> (as environment variables <c>ComputeHorde__Name</c>).
/// </summary>
public sealed class DurableOptions : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    public const string Section = "ComputeHorde";

    /// <summary>Seconds between two looks at a job whose status changed a moment ago. The timer that polls must not be slower.</summary>
    /// <value>5 seconds.</value>
    [Range(0.05, 3600)]
    public double PollIntervalSeconds { get; set; } = 5;

    /// <summary>
    /// Seconds between two looks at a job that has not changed for long; the interval grows towards it with a tenth of the job's silence.
    /// </summary>
    /// <value>60 seconds.</value>
    [Range(0.05, 3600)]
    public double MaxPollIntervalSeconds { get; set; } = 60;

    /// <summary>
    /// Seconds for which a create request of a process that has died may still be on its way; until then a second one waits.
    /// </summary>
    /// <value>60 seconds.</value>
    [Range(0, 3600)]
    public double CreateFenceSeconds { get; set; } = 60;

    /// <summary>
    /// How many runs and batches callers may start over HTTP in a minute, on each instance of the app; more are answered with 429.
    /// </summary>
    /// <value>3000.</value>
    [Range(1, 10_000_000)]
    public int MaxStartsPerMinute { get; set; } = 3000;

    /// <summary>Seconds that a presigned output URL lives longer than the job's own bound.</summary>
    /// <value>3600 seconds.</value>
    [Range(60, 604800)]
    public int OutputUrlMarginSeconds { get; set; } = 3600;

    /// <summary>
    /// How many bytes of a job's outputs, all together, are read back to compute their SHA-256; what is beyond carries size and MD5 only.
    /// </summary>
    /// <value>1 GiB.</value>
    [Range(0, long.MaxValue)]
    public long MaxHashedOutputBytes { get; set; } = 1L << 30;

    /// <summary>Trusted executor seconds that <c>budgeted</c> sampling may spend in any hour.</summary>
    /// <value>3600 seconds.</value>
    [Range(0, 1e9)]
    public double TrustedSecondsPerHour { get; set; } = 3600;

    /// <summary>
    /// What namespaces may use, by name, in any letter case as all settings; <c>*</c> for each one that is not named.
    /// </summary>
    /// <value>None: nobody waits for anybody.</value>
    public IDictionary<string, NamespaceLimits> Limits { get; } =
        new Dictionary<string, NamespaceLimits>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The share of jobs that is checked, at least, in a namespace where one was caught lately.</summary>
    /// <value>0.5.</value>
    [Range(0, 1)]
    public double SuspectRate { get; set; } = 0.5;

    /// <summary>How many samples in a row have to be clean before a namespace is no longer under suspicion.</summary>
    /// <value>20.</value>
    [Range(1, 1_000_000)]
    public int CleanSamplesToTrust { get; set; } = 20;

    /// <summary>Where outputs are uploaded: <c>azure</c>, <c>s3-put</c> or <c>s3-post</c>.</summary>
    /// <value><c>azure</c>: the storage account of the functions.</value>
    public string OutputStore { get; set; } = OutputStores.Azure;

    /// <summary>The address of a store that speaks S3, for example <c>https://&lt;account&gt;.r2.cloudflarestorage.com</c>.</summary>
    /// <value>Null: Amazon S3 in <see cref="S3Region"/>.</value>
    public Uri? S3Endpoint { get; set; }

    /// <summary>The region that requests are signed for.</summary>
    /// <value><c>us-east-1</c>; Cloudflare R2 has <c>auto</c>.</value>
    public string S3Region { get; set; } = "us-east-1";

    /// <summary>The bucket of the outputs. Needed with <c>s3-put</c> and <c>s3-post</c>.</summary>
    public string? S3Bucket { get; set; }

    /// <summary>The access key id. Needed with <c>s3-put</c> and <c>s3-post</c>.</summary>
    public string? S3AccessKeyId { get; set; }

    /// <summary>The secret access key; on Azure a Key Vault reference. Needed with <c>s3-put</c> and <c>s3-post</c>.</summary>
    public string? S3SecretAccessKey { get; set; }

    /// <summary>Who is told how runs and batches end that bring no webhook of their own: an https address.</summary>
    /// <value>Null: nobody.</value>
    public string? WebhookUrl { get; set; }

    /// <summary>Of what <see cref="WebhookUrl"/> is told, such as <c>run.failed</c>.</summary>
    /// <value>Empty: of everything.</value>
    public IList<string> WebhookEvents { get; } = [];

    /// <summary>
    /// The secret that signs all notices (<c>whsec_…</c>), on Azure a Key Vault reference; while one is replaced, two, divided by a blank.
    /// </summary>
    /// <value>Null: no webhook can be used.</value>
    public string? WebhookSecret { get; set; }

    /// <summary>Whether webhooks may lead to private and loopback addresses, and by http: for receivers in one's own network.</summary>
    /// <value>False.</value>
    public bool WebhookAllowPrivate { get; set; }

    /// <summary>The cloud that jobs go to when ComputeHorde cannot run them: <c>none</c>, <c>runpod</c> or <c>container-apps</c>.</summary>
    /// <value><c>none</c>.</value>
    public string FallbackProvider { get; set; } = FallbackProviders.None;

    /// <summary>When, for requests that do not say: <c>never</c>, <c>on_unavailable</c> or <c>after_attempts</c>.</summary>
    /// <value><c>never</c>.</value>
    public string Fallback { get; set; } = FallbackProviders.Modes[0];

    /// <summary>The most that one job may cost there, in US dollars, by the bound that is computed before its machine is rented.</summary>
    /// <value>2.</value>
    [Range(0, 100_000)]
    public double FallbackMaxUsdPerJob { get; set; } = 2;

    /// <summary>
    /// The most that all jobs of one day (UTC) may cost there, in US dollars; a job counts with its bound until its cost is known.
    /// </summary>
    /// <value>20.</value>
    [Range(0, 1_000_000)]
    public double FallbackMaxUsdPerDay { get; set; } = 20;

    /// <summary>Seconds that a machine there may take until its job begins.</summary>
    /// <value>900 seconds.</value>
    [Range(10, 7200)]
    public int FallbackStartSeconds { get; set; } = 900;

    /// <summary>The API key; on Azure a Key Vault reference. Needed with <c>runpod</c>.</summary>
    public string? RunPodApiKey { get; set; }

    /// <summary>The address of RunPod's REST v2.</summary>
    /// <value><c>https://api.runpod.io/v2/</c>.</value>
    public Uri RunPodUrl { get; set; } = new("https://api.runpod.io/v2/");

    /// <summary>
    /// The resource id of the Container Apps environment, in whose resource group jobs are made. Needed with <c>container-apps</c>.
    /// </summary>
    public string? ContainerAppsEnvironmentId { get; set; }

    /// <summary>Its region. Needed with <c>container-apps</c>.</summary>
    public string? ContainerAppsLocation { get; set; }

    /// <summary>Executor class to machine; what is not named is not run there.</summary>
    /// <value>None.</value>
    public IDictionary<string, ContainerAppsMachineSettings> ContainerAppsMachines { get; } =
        new Dictionary<string, ContainerAppsMachineSettings>(StringComparer.OrdinalIgnoreCase);

    /// <summary>How many days after their end runs and batches are purged, with all that belongs to them: histories, requests, results,
    /// outputs, checks, notices. Claims of attempts stay 30 days at least, the ledger for ever.</summary>
    /// <value>Null: nothing is purged.</value>
    [Range(8, 36_500)]
    public int? RetentionDays { get; set; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!OutputStores.All.Contains(OutputStore))
        {
            yield return new ValidationResult($"{Section}:{nameof(OutputStore)} must be one of {string.Join(", ", OutputStores.All)}.");
        }

        foreach (var fault in FallbackProviders.Validate(this))
        {
            yield return fault;
        }

        foreach (var (name, limits) in Limits)
        {
            var faults = new List<ValidationResult>();
            Validator.TryValidateObject(limits, new ValidationContext(limits), faults, validateAllProperties: true);
            foreach (var fault in faults)
            {
                yield return new ValidationResult($"{Section}:{nameof(Limits)}:{name}: {fault.ErrorMessage}");
            }
        }

        if (!OutputStores.IsS3(OutputStore))
        {
            yield break;
        }

        foreach (
            var (name, value) in new[]
            {
                (nameof(S3Region), S3Region),
                (nameof(S3Bucket), S3Bucket),
                (nameof(S3AccessKeyId), S3AccessKeyId),
                (nameof(S3SecretAccessKey), S3SecretAccessKey),
            }
        )
        {
            if (string.IsNullOrEmpty(value))
            {
                yield return new ValidationResult($"{Section}:{name} is needed when {nameof(OutputStore)} is {OutputStore}.");
            }
        }

        if (S3Endpoint is { } endpoint && !(endpoint.IsAbsoluteUri && endpoint.Scheme is "http" or "https"))
        {
            yield return new ValidationResult($"{Section}:{nameof(S3Endpoint)} must be an absolute http or https address.");
        }
    }
}
