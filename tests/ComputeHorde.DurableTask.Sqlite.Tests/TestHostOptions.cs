using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.DurableTask.Sqlite.Tests;

/// <summary>Settings of a <see cref="TestHost"/>.</summary>
public sealed class TestHostOptions
{
    public string? DatabasePath { get; set; }

    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    public int? WarmInstances { get; set; }

    public long? WarmBytes { get; set; }

    public TimeSpan? DrainTimeout { get; set; }

    public ILoggerFactory? LoggerFactory { get; set; }

    public Action<DurableTaskWorkerOptions>? ConfigureWorker { get; set; }

    public Action<IServiceCollection>? ConfigureServices { get; set; }

    internal void Apply(SqliteTaskHubOptions options)
    {
        (options.Path, options.TimeProvider) = (DatabasePath, TimeProvider);
        options.WarmInstances = WarmInstances ?? options.WarmInstances;
        options.WarmBytes = WarmBytes ?? options.WarmBytes;
        options.DrainTimeout = DrainTimeout ?? options.DrainTimeout;
    }
}
