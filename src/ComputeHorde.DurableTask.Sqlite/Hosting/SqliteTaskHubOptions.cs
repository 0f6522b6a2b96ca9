namespace ComputeHorde.DurableTask.Sqlite;

/// <summary>Settings of a task hub. A worker and the clients of one hub share them; where they differ, the worker's count.</summary>
public sealed class SqliteTaskHubOptions
{
    /// <summary>
    /// The SQLite file that holds everything; <see langword="null"/> keeps it in memory. One process may open it at a time.
    /// </summary>
    /// <value>Default: <see langword="null"/>.</value>
    public string? Path { get; set; }

    /// <summary>The clock; a <see cref="Testing.VirtualTimeProvider"/> jumps over idle time.</summary>
    /// <value>Default: the <see cref="System.TimeProvider"/> among the services, or <see cref="TimeProvider.System"/>.</value>
    public TimeProvider? TimeProvider { get; set; }

    /// <summary>
    /// How many unfinished instances are kept in memory; the others are replayed from their history when something happens to them.
    /// Zero replays an instance in every turn, as a worker without extended sessions does: slower, but code that is not deterministic shows
    /// at once.
    /// </summary>
    /// <value>Default: 10,000.</value>
    public int WarmInstances { get; set; } = 10_000;

    /// <summary>How many bytes of history the instances kept in memory may have in all.</summary>
    /// <value>Default: 256 MiB.</value>
    public long WarmBytes { get; set; } = 256L << 20;

    /// <summary>How long stopping waits for running activities. Those that take longer run again after the next start.</summary>
    /// <value>Default: 30 seconds.</value>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Whether turns and writes are done on the thread pool, one after the other, instead of on threads of their own: with a pool of one
    /// thread a simulation is the same each time. Not on the system's clock.
    /// </summary>
    internal bool RunsOnPool { get; set; }
}
