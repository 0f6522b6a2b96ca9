using System.Text.Json.Serialization;

namespace ComputeHorde.Fallback;

// RunPod REST v2, as far as it is used. Unknown members of a create body are refused, so there is none without need.
internal sealed record RunPodCreate(string Name, string Image)
{
    public RunPodGpu? Gpu { get; init; }

    public RunPodCpu? Cpu { get; init; }

    public string? Args { get; init; }

    public IReadOnlyDictionary<string, string>? Env { get; init; }

    public int? Disk { get; init; }

    public IReadOnlyList<string> Ports { get; init; } = [];

    public string? Cloud { get; init; }

    public string? Registry { get; init; }
}

internal sealed record RunPodGpu(string Id, int Count);

internal sealed record RunPodCpu(string Id, int VcpuCount);

internal sealed record RunPodPod
{
    public required string Id { get; init; }

    public string Name { get; init; } = "";

    public string Status { get; init; } = "";

    public decimal? Cost { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    public System.Text.Json.JsonElement? Runtime { get; init; }
}

internal sealed record RunPodList
{
    public required IReadOnlyList<RunPodPod> Pods { get; init; }
}

internal sealed record RunPodCatalogue
{
    public required IReadOnlyList<RunPodCatalogueGpu> Gpus { get; init; }
}

internal sealed record RunPodCatalogueGpu
{
    public required string Id { get; init; }

    public IReadOnlyDictionary<string, decimal?>? Price { get; init; }

    public string? Availability { get; init; }
}

internal sealed record RunPodBilling
{
    [JsonPropertyName("pods")]
    public IReadOnlyList<RunPodBillingEntry>? Pods { get; init; }

    public IReadOnlyList<RunPodBillingEntry>? Records { get; init; }
}

internal sealed record RunPodBillingEntry(string? PodId, decimal? TotalAmount);
