namespace ComputeHorde.Fallback;

// Microsoft.App/jobs, api-version 2026-01-01, as far as it is used.
internal sealed record ArmJob
{
    public string? Name { get; init; }

    public required string Location { get; init; }

    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    public required ArmJobProperties Properties { get; init; }

    public ArmSystemData? SystemData { get; init; }
}

internal sealed record ArmSystemData(DateTimeOffset? CreatedAt);

internal sealed record ArmJobProperties
{
    public string? ProvisioningState { get; init; }

    public string? EnvironmentId { get; init; }

    public string? WorkloadProfileName { get; init; }

    public ArmConfiguration? Configuration { get; init; }

    public ArmTemplate? Template { get; init; }
}

internal sealed record ArmConfiguration(
    string TriggerType,
    int ReplicaTimeout,
    int ReplicaRetryLimit,
    ArmTrigger? ManualTriggerConfig,
    IReadOnlyList<ArmSecret>? Secrets
);

internal sealed record ArmTrigger(int Parallelism, int ReplicaCompletionCount);

internal sealed record ArmSecret(string Name, string? Value);

internal sealed record ArmTemplate(IReadOnlyList<ArmContainer> Containers, IReadOnlyList<ArmVolume>? Volumes);

internal sealed record ArmContainer(
    string Name,
    string Image,
    IReadOnlyList<string> Command,
    IReadOnlyList<string> Args,
    IReadOnlyList<ArmEnv> Env,
    ArmResources Resources,
    IReadOnlyList<ArmMount>? VolumeMounts
);

internal sealed record ArmEnv(string Name, string? Value, string? SecretRef);

internal sealed record ArmResources(double Cpu, string Memory);

internal sealed record ArmMount(string VolumeName, string MountPath);

internal sealed record ArmVolume(string Name, string StorageType);

internal sealed record ArmPage<T>
{
    public required IReadOnlyList<T> Value { get; init; }

    public Uri? NextLink { get; init; }
}

internal sealed record ArmExecution
{
    public string? Name { get; init; }

    public ArmExecutionProperties? Properties { get; init; }
}

internal sealed record ArmExecutionProperties(string? Status, DateTimeOffset? StartTime);
