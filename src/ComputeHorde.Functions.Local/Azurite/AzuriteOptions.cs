namespace ComputeHorde.Functions.Local;

/// <summary>How Azurite, the local storage account, is started.</summary>
public sealed class AzuriteOptions
{
    /// <summary>Where blobs and queues are kept; made if missing.</summary>
    /// <value>Default null: in memory, gone when Azurite ends.</value>
    public string? DataDirectory { get; init; }

    /// <summary>The loopback port of blobs; 0 takes a free one.</summary>
    /// <value>Default 0.</value>
    public int BlobPort { get; init; }

    /// <summary>The loopback port of queues; 0 takes a free one.</summary>
    /// <value>Default 0.</value>
    public int QueuePort { get; init; }

    /// <summary>The directory with package.json, its lock file and run.mjs.</summary>
    /// <value>Default null: <c>tools/azurite</c>, found upwards from the program's and the current directory.</value>
    public string? ToolDirectory { get; init; }

    /// <summary>The Node program.</summary>
    /// <value>Default <c>node</c>, found on the path.</value>
    public string NodePath { get; init; } = "node";

    /// <summary>The npm program, needed only for the first start.</summary>
    /// <value>Default <c>npm</c>, found on the path.</value>
    public string NpmPath { get; init; } = "npm";

    /// <summary>How long Azurite may take to listen.</summary>
    /// <value>Default 1 minute.</value>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long the installation before the first start may take.</summary>
    /// <value>Default 5 minutes.</value>
    public TimeSpan InstallTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Told, in one line each, what a first start is waiting for.</summary>
    public Action<string>? Progress { get; init; }
}
