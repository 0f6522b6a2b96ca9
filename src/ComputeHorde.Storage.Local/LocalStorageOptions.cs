namespace ComputeHorde.Storage.Local;

/// <summary>How a <see cref="LocalStorage"/> is started.</summary>
public sealed class LocalStorageOptions
{
    /// <summary>Where everything is kept: made if missing, readable by its owner alone.</summary>
    /// <value>Default null: in memory, gone with the process.</value>
    public string? DataFolder { get; init; }

    /// <summary>The account's name: 3 to 24 small letters and digits.</summary>
    /// <value>Default <c>devstoreaccount1</c>, which tools know as a local account.</value>
    public string AccountName { get; init; } = "devstoreaccount1";

    /// <summary>The account's key, Base64.</summary>
    /// <value>Default null: a random one, kept in the data folder.</value>
    public string? AccountKey { get; init; }

    /// <summary>Whether the storage listens on loopback ports, for presigned URLs and other processes.</summary>
    /// <value>Default true.</value>
    public bool Listen { get; init; } = true;

    /// <summary>The port of blobs.</summary>
    /// <value>Default 0: the one that the data folder has had from its first start on, which is a free one then.</value>
    public int BlobPort { get; init; }

    /// <summary>The port of queues.</summary>
    /// <value>Default 0: as for <see cref="BlobPort"/>.</value>
    public int QueuePort { get; init; }

    /// <summary>How long to wait for another process that has the data folder in use.</summary>
    /// <value>Default 10 seconds.</value>
    public TimeSpan FolderTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The clock of time stamps, visibility and expiry.</summary>
    /// <value>Default <see cref="TimeProvider.System"/>.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Makes ETags the same each time, for simulations.</summary>
    /// <value>Default null: random.</value>
    public int? Seed { get; init; }

    /// <summary>Makes requests fail.</summary>
    /// <value>Default null: none does.</value>
    public StorageFaults? Faults { get; init; }

    /// <summary>How far back <see cref="LocalStorage.LoseLast"/> can go. It costs memory, and works without a data folder only.</summary>
    /// <value>Default zero: not at all.</value>
    public TimeSpan KeptPast { get; init; }
}
