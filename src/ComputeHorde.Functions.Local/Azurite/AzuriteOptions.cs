namespace ComputeHorde.Functions.Local;

/// <summary>How Azurite, the local storage account, is started.</summary>
public sealed class AzuriteOptions
{
    /// <summary>Where blobs, queues and tables are kept; made if missing, for this user alone. One Azurite at a time uses a folder: a start
    /// waits for one that is still saving.</summary>
    /// <value>Default null: in memory, gone when Azurite ends.</value>
    public string? DataDirectory { get; init; }

    /// <summary>
    /// The loopback port of blobs; 0 takes that of the data directory's last start, or a free one: URLs that were handed out stay valid.
    /// </summary>
    /// <value>Default 0.</value>
    public int BlobPort { get; init; }

    /// <summary>The loopback port of queues; 0 as for blobs.</summary>
    /// <value>Default 0.</value>
    public int QueuePort { get; init; }

    /// <summary>The loopback port of tables; 0 as for blobs.</summary>
    /// <value>Default 0.</value>
    public int TablePort { get; init; }

    /// <summary>
    /// Takes ports 10000 to 10002, where tools look for a development account, if they are free and the data directory has none yet.
    /// </summary>
    /// <value>Default false.</value>
    public bool PrefersDevelopmentPorts { get; init; }

    /// <summary>The directory with package.json, its lock file and run.mjs.</summary>
    /// <value>Default null: <c>tools/azurite</c>, found upwards from the program's and the current directory.</value>
    public string? ToolDirectory { get; init; }

    /// <summary>The Node program.</summary>
    /// <value>Default <c>node</c>, found on the path.</value>
    public string NodePath { get; init; } = "node";

    /// <summary>The npm program, needed only for the first start.</summary>
    /// <value>Default <c>npm</c>, found on the path.</value>
    public string NpmPath { get; init; } = "npm";

    /// <summary>How long Azurite may take to listen, and one before it on the same data to end.</summary>
    /// <value>Default 1 minute.</value>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long the installation before the first start may take.</summary>
    /// <value>Default 5 minutes.</value>
    public TimeSpan InstallTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Told, in one line each, what a first start is waiting for.</summary>
    public Action<string>? Progress { get; init; }
}
