namespace ComputeHorde.Fallback;

/// <summary>Settings of <see cref="ContainerAppsProvider"/>.</summary>
public sealed record ContainerAppsOptions
{
    /// <summary>The subscription's id.</summary>
    public required string SubscriptionId { get; init; }

    /// <summary>The resource group that the jobs are made in.</summary>
    public required string ResourceGroup { get; init; }

    /// <summary>The resource id of the environment they run in.</summary>
    public required string EnvironmentId { get; init; }

    /// <summary>The region of the environment, for instance <c>westus3</c>.</summary>
    public required string Location { get; init; }

    /// <summary>
    /// Executor class to machine. No profile of Azure has 24 or 48 GB of GPU memory: a T4 has 16, an A100 80. So only what stands here is
    /// used.
    /// </summary>
    /// <value>Default none.</value>
    public IReadOnlyDictionary<string, ContainerAppsMachine> Machines { get; init; } = new Dictionary<string, ContainerAppsMachine>();

    /// <summary>Address of Azure Resource Manager.</summary>
    /// <value>Default <c>https://management.azure.com/</c>.</value>
    public Uri BaseAddress { get; init; } = new("https://management.azure.com/");

    /// <summary>Version of the API.</summary>
    /// <value>Default <c>2026-01-01</c>.</value>
    public string ApiVersion { get; init; } = "2026-01-01";

    /// <summary>How long a job's definition may take to be made.</summary>
    /// <value>Default 3 minutes.</value>
    public TimeSpan ProvisioningTimeout { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>Time between two looks at something that is being made or deleted.</summary>
    /// <value>Default 2 seconds.</value>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Time limit of one request.</summary>
    /// <value>Default 30 seconds.</value>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a request that is safe to repeat is repeated after a failure that may pass.</summary>
    /// <value>Default 3.</value>
    public int MaxRetries { get; init; } = 3;
}
