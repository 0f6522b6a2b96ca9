using ComputeHorde.DurableTask.Sqlite.Engine;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace ComputeHorde.DurableTask.Sqlite;

/// <summary>Makes a SQLite file, or memory, the back end of a worker or a client.</summary>
public static class SqliteDurableTaskExtensions
{
    /// <summary>Has the worker run what lies in a task hub.</summary>
    /// <param name="builder">The builder of the worker.</param>
    /// <param name="path">The SQLite file, made when it is missing; <see langword="null"/> keeps everything in memory.</param>
    /// <returns>The same builder.</returns>
    public static IDurableTaskWorkerBuilder UseSqlite(this IDurableTaskWorkerBuilder builder, string? path = null) =>
        builder.UseSqlite(options => options.Path = path ?? options.Path);

    /// <summary>Has the worker run what lies in a task hub.</summary>
    /// <param name="builder">The builder of the worker.</param>
    /// <param name="configure">Sets the options of the hub.</param>
    /// <returns>The same builder.</returns>
    public static IDurableTaskWorkerBuilder UseSqlite(this IDurableTaskWorkerBuilder builder, Action<SqliteTaskHubOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        AddHub(builder.Services, builder.Name, configure);
        return builder.UseBuildTarget<SqliteDurableTaskWorker>();
    }

    /// <summary>
    /// Has the client use a task hub: that of the same file, or in memory that of the same name. Without a worker in this process its instances wait
    /// in the file for one.
    /// </summary>
    /// <param name="builder">The builder of the client.</param>
    /// <param name="path">The SQLite file; <see langword="null"/> takes the one of the worker with the same name.</param>
    /// <returns>The same builder.</returns>
    public static IDurableTaskClientBuilder UseSqlite(this IDurableTaskClientBuilder builder, string? path = null) =>
        builder.UseSqlite(options => options.Path = path ?? options.Path);

    /// <inheritdoc cref="UseSqlite(IDurableTaskClientBuilder, string?)"/>
    /// <param name="builder">The builder of the client.</param>
    /// <param name="configure">Sets the options of the hub.</param>
    /// <returns>The same builder.</returns>
    public static IDurableTaskClientBuilder UseSqlite(this IDurableTaskClientBuilder builder, Action<SqliteTaskHubOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        AddHub(builder.Services, builder.Name, configure);
        builder.Services.AddSingleton<IHostedService>(services => new TaskHubStarter(services.GetRequiredService<TaskHubs>().Get(builder.Name)));
        return builder.UseBuildTarget<SqliteDurableTaskClient>();
    }

    private static void AddHub(IServiceCollection services, string name, Action<SqliteTaskHubOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<SqliteTaskHubOptions>(name)
            .Configure(configure)
            .Validate(options => options.WarmInstances >= 0, $"{nameof(SqliteTaskHubOptions.WarmInstances)} must be at least 0.")
            .Validate(options => options.WarmBytes >= 0, $"{nameof(SqliteTaskHubOptions.WarmBytes)} must be at least 0.")
            .Validate(
                options => options.DrainTimeout >= TimeSpan.Zero || options.DrainTimeout == Timeout.InfiniteTimeSpan,
                $"{nameof(SqliteTaskHubOptions.DrainTimeout)} must not be negative.")
            .Validate(options => options.Path != "", $"{nameof(SqliteTaskHubOptions.Path)} is empty: give a file, or null to keep everything in memory.");
        services.TryAddSingleton<TaskHubs>();
        services.TryAddKeyedSingleton(name, (provider, _) => provider.GetRequiredService<TaskHubs>().Get(name));
        if (name == Options.DefaultName)
        {
            services.TryAddSingleton(provider => provider.GetRequiredService<TaskHubs>().Get(name));
        }
    }
}
