using System.ComponentModel.DataAnnotations;

namespace ComputeHorde.Durable.Hosting;

/// <summary>
/// A machine of the Container Apps environment: setting <c>ComputeHorde__ContainerAppsMachines__&lt;executor class&gt;</c>.
/// </summary>
public sealed class ContainerAppsMachineSettings
{
    /// <summary>The workload profile's name in the environment.</summary>
    [Required]
    public string WorkloadProfile { get; set; } = "";

    /// <summary>vCPUs.</summary>
    [Range(0.25, 512)]
    public double Cpu { get; set; }

    /// <summary>Memory, in GiB.</summary>
    [Range(0.5, 4096)]
    public double MemoryGib { get; set; }

    /// <summary>US dollars an hour, for the cost bound: Azure does not tell.</summary>
    [Range(0.0001, 1000)]
    public double UsdPerHour { get; set; }
}
