namespace ComputeHorde.Fallback;

/// <summary>How jobs are run on fallback machines, whatever the provider.</summary>
public sealed record FallbackOptions
{
    /// <summary>
    /// Six characters that all machines of one deployment carry in their names, so that nobody ends the machines of another one.
    /// </summary>
    /// <value>Default null: derived from the address of the container.</value>
    public string? Deployment { get; init; }

    /// <summary>The most that one job may cost, in US dollars, by the bound that is computed before its machine is rented.</summary>
    /// <value>Default 2.</value>
    public decimal MaxUsdPerJob { get; init; } = 2m;

    /// <summary>How long a machine may take until its job begins: rent, image and start.</summary>
    /// <value>Default 15 minutes.</value>
    public TimeSpan StartLimit { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Added to the limits of a job for what lies between its stages, and for the machine's end.</summary>
    /// <value>Default 2 minutes.</value>
    public TimeSpan Margin { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How often a job that runs shows that it does.</summary>
    /// <value>Default 30 seconds.</value>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a job may be silent until the provider is asked after its machine. Three times as long, and it is lost whatever the
    /// provider says.
    /// </summary>
    /// <value>Default 3 minutes.</value>
    public TimeSpan SilenceLimit { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>The least time between two lists of machines: providers allow few requests a minute.</summary>
    /// <value>Default one minute.</value>
    public TimeSpan ListInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a machine may be missing from lists after a request for it whose answer was lost.</summary>
    /// <value>Default one minute.</value>
    public TimeSpan CreateDoubt { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The pauses between looks for a machine after a request for it whose answer was lost.</summary>
    /// <value>Default 2, 4 and 8 seconds.</value>
    public IReadOnlyList<TimeSpan> LookUpPauses { get; init; } =
    [TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(8)];

    /// <summary>The largest archive that is unpacked here for a job (inline and ZIP volumes), in bytes.</summary>
    /// <value>Default 512 MiB.</value>
    public long MaxStagedBytes { get; init; } = 512L << 20;

    /// <summary>
    /// Logins of private registries by host, for looking images up. That the provider can pull as well is its own setting.
    /// </summary>
    /// <value>Default none.</value>
    public IReadOnlyDictionary<string, RegistryAccount> Registries { get; init; } = new Dictionary<string, RegistryAccount>();

    /// <summary>Registries that are spoken to by http, beside those on this machine.</summary>
    /// <value>Default none.</value>
    public IReadOnlyCollection<string> InsecureRegistries { get; init; } = [];

    /// <summary>Where Hugging Face is.</summary>
    /// <value>Default <c>https://huggingface.co/</c>.</value>
    public Uri HuggingFace { get; init; } = new("https://huggingface.co/");

    /// <summary>Time limit of one request to a registry or to Hugging Face.</summary>
    /// <value>Default 30 seconds.</value>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often such a request is repeated after a failure that may pass.</summary>
    /// <value>Default 3.</value>
    public int MaxRetries { get; init; } = 3;
}
