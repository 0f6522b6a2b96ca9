using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace ComputeHorde.Storage.Local.Stores;

/// <summary>Reads and writes over one connection, with its prepared statements.</summary>
internal sealed class SqliteSession(SqliteConnection connection, BodyFiles files) : IWriteTransaction, IDisposable
{
    private const string Savepoint = "one_write";
    private readonly Dictionary<string, SqliteCommand> _commands = [];
    private readonly List<StagedBody> _kept = [];
    private readonly List<long> _dropped = [];
    private bool _saved;
    private int _keptBefore;
    private int _droppedBefore;

    public SqliteConnection Connection => connection;

    /// <summary>Statements run so far: what a request costs, whatever the machine.</summary>
    public long Statements { get; private set; }

    /// <summary>Whether a write has changed anything since <see cref="BeginGroup"/>.</summary>
    public bool HasChanges { get; private set; }

    /// <summary>Called before every statement that changes something. The crash tests end the store here.</summary>
    public Action<StorePoint>? Passing { get; set; }

    /// <summary>Until <see cref="EndRead"/>, everything is read from one committed state.</summary>
    public void BeginRead() => Run("BEGIN");

    public void EndRead() => Run("COMMIT");

    public void BeginGroup()
    {
        HasChanges = false;
        _kept.Clear();
        _dropped.Clear();
    }

    public void BeginWrite()
    {
        _saved = false;
        (_keptBefore, _droppedBefore) = (_kept.Count, _dropped.Count);
    }

    public void EndWrite(bool failed)
    {
        if (!_saved)
        {
            return;
        }

        if (failed)
        {
            Run($"ROLLBACK TO {Savepoint}");
            _kept.RemoveRange(_keptBefore, _kept.Count - _keptBefore);
            _dropped.RemoveRange(_droppedBefore, _dropped.Count - _droppedBefore);
        }

        Run($"RELEASE {Savepoint}");
    }

    /// <returns>The files that nothing names any more.</returns>
    public IReadOnlyList<long> CommitGroup()
    {
        if (!HasChanges)
        {
            return [];
        }

        Passing?.Invoke(StorePoint.BeforeCommit);
        Run("COMMIT");
        HasChanges = false;
        _kept.ForEach(static body => body.MarkKept());
        Passing?.Invoke(StorePoint.AfterCommit);
        return _dropped;
    }

    /// <summary>After a commit that failed: nothing of the group is there.</summary>
    public void AbandonGroup()
    {
        // SQLite has rolled back by itself after some failures (a full disk), and not after others.
        if (HasChanges && SQLitePCL.raw.sqlite3_get_autocommit(connection.Handle) == 0)
        {
            Run("ROLLBACK");
        }

        HasChanges = false;
    }

    public T? Find<T>(Table<T> table, string scope, string name)
        where T : class
    {
        var command = Prepared($"SELECT record FROM {table.Name} WHERE scope = $1 AND name = $2");
        return Bind(command, scope, name).ExecuteScalar() is byte[] record ? JsonSerializer.Deserialize(record, table.Json) : null;
    }

    public IEnumerable<KeyValuePair<string, T>> Scan<T>(Table<T> table, string scope, string from)
        where T : class
    {
        // A command of its own: a scan may go on while others are run.
        using var command = Create($"SELECT name, record FROM {table.Name} WHERE scope = $1 AND name >= $2 ORDER BY name");
        Statements++;
        using var reader = Bind(command, scope, from).ExecuteReader();
        while (reader.Read())
        {
            yield return new KeyValuePair<string, T>(
                reader.GetString(0),
                JsonSerializer.Deserialize(reader.GetFieldValue<byte[]>(1), table.Json)!
            );
        }
    }

    public IStoredBody Open(long body) =>
        Bind(Prepared("SELECT bytes FROM bodies WHERE id = $1"), body).ExecuteScalar() is byte[] bytes
            ? new InlineBody(bytes)
            : files.Open(body);

    public void Put<T>(Table<T> table, string scope, string name, T record)
        where T : class =>
        Change(
            $"INSERT INTO {table.Name}(scope, name, record) VALUES ($1, $2, $3) ON CONFLICT DO UPDATE SET record = excluded.record",
            scope,
            name,
            JsonSerializer.SerializeToUtf8Bytes(record, table.Json)
        );

    public void Delete<T>(Table<T> table, string scope, string name)
        where T : class => Change($"DELETE FROM {table.Name} WHERE scope = $1 AND name = $2", scope, name);

    public void Clear<T>(Table<T> table, string scope)
        where T : class => Change($"DELETE FROM {table.Name} WHERE scope = $1", scope);

    public long Keep(StagedBody body)
    {
        var id = body.Inline is null ? body.File : files.NextId();
        Change("INSERT INTO bodies(id, bytes) VALUES ($1, $2)", id, (object?)body.Inline ?? DBNull.Value);
        _kept.Add(body);
        return id;
    }

    public void Drop(long body)
    {
        using var isFile = Create("DELETE FROM bodies WHERE id = $1 RETURNING bytes IS NULL");
        BeginChange();
        Statements++;
        if (Bind(isFile, body).ExecuteScalar() is 1L)
        {
            _dropped.Add(body);
        }
    }

    public void Dispose()
    {
        foreach (var command in _commands.Values)
        {
            command.Dispose();
        }

        connection.Dispose();
    }

    private void Change(string sql, params ReadOnlySpan<object> values)
    {
        BeginChange();
        Bind(Prepared(sql), values).ExecuteNonQuery();
    }

    private void BeginChange()
    {
        Passing?.Invoke(StorePoint.BeforeStatement);
        if (!HasChanges)
        {
            Run("BEGIN IMMEDIATE");
            HasChanges = true;
        }

        if (!_saved)
        {
            Run($"SAVEPOINT {Savepoint}");
            _saved = true;
        }
    }

    private void Run(string sql) => Prepared(sql).ExecuteNonQuery();

    private SqliteCommand Prepared(string sql)
    {
        Statements++;
        if (!_commands.TryGetValue(sql, out var command))
        {
            _commands[sql] = command = Create(sql);
            command.Prepare();
        }

        return command;
    }

    private SqliteCommand Create(string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }

    private static SqliteCommand Bind(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var index = 0; index < values.Length; index++)
        {
            if (command.Parameters.Count <= index)
            {
                command.Parameters.Add(new SqliteParameter { ParameterName = $"${index + 1}" });
            }

            command.Parameters[index].Value = values[index];
        }

        return command;
    }
}
