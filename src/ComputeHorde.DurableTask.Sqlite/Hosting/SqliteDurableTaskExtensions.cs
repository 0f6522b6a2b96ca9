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
    /// <summary>Has the worker run what lies in a task hub: in memory, or in the file that the client of the same name gives.</summary>
    /// <param name="builder">The builder of the worker.</param>
    /// <returns>The same builder.</returns>
    public static IDurableTaskWorkerBuilder UseSqlite(this IDurableTaskWorkerBuilder builder) => builder.UseSqlite(static _ => { });

    /// <summary>Has the worker run what lies in a task hub.</summary>
    /// <param name="builder">The builder of the worker.</param>
    /// <param name="path">The SQLite file, made when it is missing; <see langword="null"/> keeps everything in memory.</param>
    /// <returns>The same builder.</returns>
    public static IDurableTaskWorkerBuilder UseSqlite(this IDurableTaskWorkerBuilder builder, string? path) =>
        builder.UseSqlite(options => options.Path = path);

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

    /// <summary>Has the client use the task hub of the worker with the same name. Without one its instances wait in the hub.</summary>
    /// <param name="builder">The builder of the client.</param>
    /// <returns>The same builder.</returns>
    public static IDurableTaskClientBuilder UseSqlite(this IDurableTaskClientBuilder builder) => builder.UseSqlite(static _ => { });

    /// <summary>
    /// Has the client use the task hub in a file, together with its worker if that is in this process, else for one that comes later.
    /// </summary>
    /// <param name="builder">The builder of the client.</param>
    /// <param name="path">The SQLite file, made when it is missing; <see langword="null"/> keeps everything in memory.</param>
    /// <returns>The same builder.</returns>
    public static IDurableTaskClientBuilder UseSqlite(this IDurableTaskClientBuilder builder, string? path) =>
        builder.UseSqlite(options => options.Path = path);

    /// <summary>Has the client use a task hub, together with its worker if that is in this process.</summary>
    /// <param name="builder">The builder of the client.</param>
    /// <param name="configure">Sets the options of the hub.</param>
    /// <returns>The same builder.</returns>
    public static IDurableTaskClientBuilder UseSqlite(this IDurableTaskClientBuilder builder, Action<SqliteTaskHubOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        AddHub(builder.Services, builder.Name, configure);
        builder.Services.AddSingleton<IHostedService>(services => new TaskHubStarter(
            services.GetRequiredService<TaskHubs>().Get(builder.Name)
        ));
        return builder.UseBuildTarget<SqliteDurableTaskClient>();
    }

    private static void AddHub(IServiceCollection services, string name, Action<SqliteTaskHubOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        services
            .AddOptions<SqliteTaskHubOptions>(name)
            .Configure(configure)
            .Validate(options => options.WarmInstances >= 0, $"{nameof(SqliteTaskHubOptions.WarmInstances)} must be at least 0.")
            .Validate(options => options.WarmBytes >= 0, $"{nameof(SqliteTaskHubOptions.WarmBytes)} must be at least 0.")
            .Validate(
                options => options.DrainTimeout >= TimeSpan.Zero || options.DrainTimeout == Timeout.InfiniteTimeSpan,
                $"{nameof(SqliteTaskHubOptions.DrainTimeout)} must not be negative."
            )
            .Validate(
                options => options.Path != "",
                $"{nameof(SqliteTaskHubOptions.Path)} is empty: give a file, or null to keep everything in memory."
            );
        services.TryAddSingleton<TaskHubs>();
        services.TryAddKeyedSingleton(name, (provider, _) => provider.GetRequiredService<TaskHubs>().Get(name));
        if (name == Options.DefaultName)
        {
            services.TryAddSingleton(provider => provider.GetRequiredService<TaskHubs>().Get(name));
        }
    }
}
