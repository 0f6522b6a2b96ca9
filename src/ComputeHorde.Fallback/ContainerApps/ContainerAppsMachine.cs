namespace ComputeHorde.Fallback;

/// <summary>A machine of a Container Apps environment.</summary>
/// <param name="WorkloadProfile">The profile's name in the environment, which is not its type.</param>
/// <param name="Cpu">vCPUs.</param>
/// <param name="MemoryGib">Memory, in GiB.</param>
/// <param name="UsdPerHour">US dollars an hour: Azure has no price in this API, and the cost bound needs one.</param>
public sealed record ContainerAppsMachine(string WorkloadProfile, double Cpu, double MemoryGib, decimal UsdPerHour)
{
    /// <summary>Whether the profile has a GPU.</summary>
    /// <value>Default true.</value>
    public bool HasGpu { get; init; } = true;
}
