using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.DurableTask.Sqlite;

/// <summary>Settings of a hub and of the host around it.</summary>
public sealed class LocalTaskHostOptions
{
    /// <summary>The SQLite file that holds everything; <see langword="null"/> keeps it in memory. One host may open it at a time.</summary>
    /// <value>Default: <see langword="null"/>.</value>
    public string? DatabasePath { get; set; }

    /// <summary>The clock; a <see cref="Testing.VirtualTimeProvider"/> jumps over idle time.</summary>
    /// <value>Default: <see cref="TimeProvider.System"/>.</value>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>How many activities run at once.</summary>
    /// <value>Default: ten times the number of processors.</value>
    public int MaxConcurrentActivities { get; set; } = 10 * Environment.ProcessorCount;

    /// <summary>How many orchestrators run a turn at once.</summary>
    /// <value>Default: the number of processors, but at least two.</value>
    public int MaxConcurrentOrchestrations { get; set; } = Math.Max(2, Environment.ProcessorCount);

    /// <summary>
    /// How many unfinished instances are kept in memory; the others are replayed from their history when something happens to them.
    /// Zero replays an instance in every turn, as a worker without extended sessions does: slower, but code that is not deterministic shows at once.
    /// </summary>
    /// <value>Default: 10,000.</value>
    public int WarmInstances { get; set; } = 10_000;

    /// <summary>How many bytes of history the instances kept in memory may have in all.</summary>
    /// <value>Default: 256 MiB.</value>
    public long WarmBytes { get; set; } = 256L << 20;

    /// <summary>How long stopping waits for running activities. Those that take longer run again after the next start.</summary>
    /// <value>Default: 30 seconds.</value>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Where logs go.</summary>
    /// <value>Default: the logger factory of the services, or nowhere.</value>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>Where classes of orchestrators and activities get their services from; each activity has its own scope.</summary>
    /// <value>Default: what <see cref="ConfigureServices"/> adds.</value>
    public IServiceProvider? Services { get; set; }

    /// <summary>Adds services, when no <see cref="Services"/> are given.</summary>
    public Action<IServiceCollection>? ConfigureServices { get; set; }

    internal void Validate()
    {
        RequireAtLeast(1, MaxConcurrentActivities, nameof(MaxConcurrentActivities));
        RequireAtLeast(1, MaxConcurrentOrchestrations, nameof(MaxConcurrentOrchestrations));
        RequireAtLeast(0, WarmInstances, nameof(WarmInstances));
    }

    private static void RequireAtLeast(int least, int value, string option)
    {
        if (value < least)
        {
            throw new InvalidOperationException($"{option} is {value}; it must be at least {least}.");
        }
    }
}
