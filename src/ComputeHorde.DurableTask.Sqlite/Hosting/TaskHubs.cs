using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace ComputeHorde.DurableTask.Sqlite;

/// <summary>The hubs of a container: one for each file, and in memory one for each name.</summary>
internal sealed class TaskHubs(IServiceProvider services, IOptionsMonitor<SqliteTaskHubOptions> options) : IAsyncDisposable, IDisposable
{
    private readonly ConcurrentDictionary<string, SqliteTaskHub> _hubs = new();

    public SqliteTaskHub Get(string name)
    {
        var settings = options.Get(name);
        var key = settings.Path is { } path ? $"file {Path.GetFullPath(path)}" : $"memory {name}";
        return _hubs.GetOrAdd(key, _ => new SqliteTaskHub(settings, services));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var hub in _hubs.Values)
        {
            await hub.CloseAsync();
        }
    }

    public void Dispose()
    {
        foreach (var hub in _hubs.Values)
        {
            hub.Abandon();
        }
    }
}
