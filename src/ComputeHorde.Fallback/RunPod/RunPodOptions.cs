namespace ComputeHorde.Fallback;

/// <summary>Settings of <see cref="RunPodProvider"/>.</summary>
public sealed record RunPodOptions
{
    /// <summary>The API key.</summary>
    public required string ApiKey { get; init; }

    /// <summary>Address of REST v2.</summary>
    /// <value>Default <c>https://api.runpod.io/v2/</c>.</value>
    public Uri BaseAddress { get; init; } = new("https://api.runpod.io/v2/");

    /// <summary><c>SECURE</c> for data centres, <c>COMMUNITY</c> for machines of anybody.</summary>
    /// <value>Default <c>SECURE</c>.</value>
    public string Cloud { get; init; } = "SECURE";

    /// <summary>Container disk, in GB.</summary>
    /// <value>Default 60.</value>
    public int DiskGb { get; init; } = 60;

    /// <summary>
    /// US dollars an hour that a CPU pod is taken to cost before it exists: the catalogue has prices of GPUs only. Checked against the
    /// pod's own price once it exists.
    /// </summary>
    /// <value>Default 0.30.</value>
    public decimal CpuUsdPerHour { get; init; } = 0.30m;

    /// <summary>The id of the registry login, made with <c>POST /v2/registries</c>, that pods pull private images with.</summary>
    /// <value>Default null: public images only.</value>
    public string? RegistryId { get; init; }

    /// <summary>How the start command replaces an image's ENTRYPOINT: <c>Auto</c>, <c>Json</c> or <c>Plain</c>.</summary>
    /// <value>Default <see cref="RunPodArgsForm.Auto"/>.</value>
    public RunPodArgsForm ArgsForm { get; init; }

    /// <summary>Time limit of one request.</summary>
    /// <value>Default 30 seconds.</value>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a request that is safe to repeat is repeated after a failure that may pass.</summary>
    /// <value>Default 3.</value>
    public int MaxRetries { get; init; } = 3;

    /// <summary>The address; never the key.</summary>
    /// <returns>A short description.</returns>
    public override string ToString() => $"RunPod at {BaseAddress.Host}";
}
