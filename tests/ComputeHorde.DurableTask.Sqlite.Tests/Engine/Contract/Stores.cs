using Microsoft.Data.Sqlite;

namespace ComputeHorde.DurableTask.Sqlite.Tests.Engine.Contract;

public sealed class MemoryEngineTests : EngineContract
{
    protected override TestHostOptions NewOptions() => new();
}

public sealed class SqliteEngineTests : EngineContract
{
    private readonly string _folder = Directory.CreateTempSubdirectory("engine").FullName;

    protected override TestHostOptions NewOptions() => new() { DatabasePath = Path.Combine(_folder, "hub.db") };

    protected override (long Rows, long Bytes) MeasureStorage()
    {
        using var connection = new SqliteConnection($"Data Source={NewOptions().DatabasePath};Mode=ReadOnly;Pooling=False");
        connection.Open();
        return (
            Read(
                "SELECT (SELECT count(*) FROM instances) + (SELECT count(*) FROM states) + (SELECT count(*) FROM history) + (SELECT count(*) FROM messages)"
            ),
            Read(
                "SELECT (p.page_count - f.freelist_count) * s.page_size FROM pragma_page_count p, pragma_freelist_count f, pragma_page_size s"
            )
        );

        long Read(string sql)
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            return (long)command.ExecuteScalar()!;
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
