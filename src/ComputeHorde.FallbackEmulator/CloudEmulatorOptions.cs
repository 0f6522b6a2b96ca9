namespace ComputeHorde.FallbackEmulator;

/// <summary>How a <see cref="CloudEmulator"/> is set up.</summary>
public sealed class CloudEmulatorOptions
{
    /// <summary>The clock of prices, life-cycles and time-outs. What machines run takes real time.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Holds a virtual clock while a machine's processes work; null for none.</summary>
    public Func<IDisposable>? Busy { get; set; }

    /// <summary>The key of the RunPod account.</summary>
    public string RunPodKey { get; set; } = "rpa_emulated_account_key";

    /// <summary>The token that the identity endpoint gives, and Azure takes.</summary>
    public string AzureToken { get; set; } = "emulated-azure-token";

    /// <summary>The header that the identity endpoint wants.</summary>
    public string IdentityHeader { get; set; } = "emulated-identity-header";

    /// <summary>How long a machine is PROVISIONING, and then STARTING.</summary>
    public TimeSpan StartTime { get; set; }

    /// <summary>The images that can be pulled, by name without registry and tag.</summary>
    public IDictionary<string, EmulatedImage> Images { get; } =
        new Dictionary<string, EmulatedImage>(StringComparer.Ordinal) { ["tools/shell"] = new EmulatedImage() };

    /// <summary>US dollars an hour by GPU. CPU machines cost <see cref="CpuPrice"/>.</summary>
    public IDictionary<string, decimal> Prices { get; } =
        new Dictionary<string, decimal>(StringComparer.Ordinal)
        {
            ["NVIDIA RTX A6000"] = 0.49m,
            ["NVIDIA RTX A5000"] = 0.26m,
            ["NVIDIA L4"] = 0.43m,
            ["NVIDIA GeForce RTX 3090"] = 0.43m,
        };

    /// <summary>US dollars an hour of a CPU machine.</summary>
    public decimal CpuPrice { get; set; } = 0.24m;

    /// <summary>Files by Hugging Face repository.</summary>
    public IDictionary<string, IReadOnlyDictionary<string, string>> Repositories { get; } =
        new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);

    /// <summary>The value of PATH on machines; null for this process's own.</summary>
    public string? Path { get; set; }

    /// <summary>Variables that every machine has, beside those of its plan.</summary>
    public IDictionary<string, string> MachineEnvironment { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
