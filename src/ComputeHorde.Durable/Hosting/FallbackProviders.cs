using System.ComponentModel.DataAnnotations;
using Azure.Core;
using Azure.Identity;
using ComputeHorde.Fallback;

namespace ComputeHorde.Durable.Hosting;

/// <summary>The fallback providers, by the values of setting <c>FallbackProvider</c>.</summary>
internal static class FallbackProviders
{
    public const string None = "none",
        RunPod = "runpod",
        ContainerApps = "container-apps";

    public static readonly IReadOnlyList<string> All = [None, RunPod, ContainerApps];

    public static readonly IReadOnlyList<string> Modes = ["never", "on_unavailable", "after_attempts"];

    public static IEnumerable<ValidationResult> Validate(DurableOptions options)
    {
        if (!All.Contains(options.FallbackProvider))
        {
            yield return Wrong(nameof(options.FallbackProvider), $"must be one of {string.Join(", ", All)}.");
        }

        if (!Modes.Contains(options.Fallback))
        {
            yield return Wrong(nameof(options.Fallback), $"must be one of {string.Join(", ", Modes)}.");
        }

        foreach (var (name, value) in Needed(options))
        {
            if (string.IsNullOrWhiteSpace(value))
            {
                yield return Wrong(name, $"is needed when {nameof(options.FallbackProvider)} is {options.FallbackProvider}.");
            }
        }

        if (!options.RunPodUrl.IsAbsoluteUri || !(options.RunPodUrl.Scheme == Uri.UriSchemeHttps || options.RunPodUrl.IsLoopback))
        {
            yield return Wrong(nameof(options.RunPodUrl), "must be an https address: the key is sent there.");
        }

        if (options.FallbackProvider == ContainerApps && options.ContainerAppsEnvironmentId is { Length: > 0 } id && Group(id) is null)
        {
            yield return Wrong(
                nameof(options.ContainerAppsEnvironmentId),
                "must be a resource id, /subscriptions/<id>/resourceGroups/<name>/providers/Microsoft.App/managedEnvironments/<name>."
            );
        }

        foreach (var (name, machine) in options.ContainerAppsMachines)
        {
            var faults = new List<ValidationResult>();
            Validator.TryValidateObject(machine, new ValidationContext(machine), faults, validateAllProperties: true);
            foreach (var fault in faults)
            {
                yield return Wrong($"{nameof(options.ContainerAppsMachines)}:{name}", fault.ErrorMessage!);
            }
        }
    }

    /// <summary>The provider of the settings; null for none.</summary>
    public static IFallbackProvider? Create(
        DurableOptions options,
        TokenCredential? credential,
        HttpClient http,
        TimeProvider timeProvider
    ) =>
        options.FallbackProvider switch
        {
            RunPod => new RunPodProvider(
                http,
                new RunPodOptions { ApiKey = options.RunPodApiKey!, BaseAddress = options.RunPodUrl },
                timeProvider
            ),
            ContainerApps when Group(options.ContainerAppsEnvironmentId!) is var (subscription, group) => new ContainerAppsProvider(
                http,
                credential ?? new DefaultAzureCredential(),
                new ContainerAppsOptions
                {
                    SubscriptionId = subscription,
                    ResourceGroup = group,
                    EnvironmentId = options.ContainerAppsEnvironmentId!,
                    Location = options.ContainerAppsLocation!,
                    Machines = options.ContainerAppsMachines.ToDictionary(
                        static machine => machine.Key,
                        static machine => new ContainerAppsMachine(
                            machine.Value.WorkloadProfile,
                            machine.Value.Cpu,
                            machine.Value.MemoryGib,
                            (decimal)machine.Value.UsdPerHour
                        ),
                        StringComparer.OrdinalIgnoreCase
                    ),
                },
                timeProvider
            ),
            _ => null,
        };

    private static (string Name, string? Value)[] Needed(DurableOptions options) =>
        options.FallbackProvider switch
        {
            RunPod => [(nameof(options.RunPodApiKey), options.RunPodApiKey)],
            ContainerApps =>
            [
                (nameof(options.ContainerAppsEnvironmentId), options.ContainerAppsEnvironmentId),
                (nameof(options.ContainerAppsLocation), options.ContainerAppsLocation),
            ],
            _ => [],
        };

    private static (string Subscription, string Group)? Group(string environmentId) =>
        environmentId.Split('/') is ["", var subscriptions, var subscription, var groups, var group, "providers", _, _, _]
        && subscriptions.Equals("subscriptions", StringComparison.OrdinalIgnoreCase)
        && groups.Equals("resourceGroups", StringComparison.OrdinalIgnoreCase)
            ? (subscription, group)
            : null;

    private static ValidationResult Wrong(string name, string rule) => new($"{DurableOptions.Section}:{name} {rule}");
}
