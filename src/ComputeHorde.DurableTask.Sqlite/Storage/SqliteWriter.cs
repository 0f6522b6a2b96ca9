using SQLitePCL;

namespace ComputeHorde.DurableTask.Sqlite.Storage;

/// <summary>
/// The one connection that writes. A turn costs one appended and at most one replaced row, whatever the length of its history.
/// </summary>
internal sealed class SqliteWriter : IStoreTransaction, IDisposable
{
    private const string States = "status, generation, turns, events, updated, completed, wake, open, output, custom, failure, head";

    private readonly sqlite3 _connection;
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _commit;
    private readonly SqliteStatement _rollback;
    private readonly SqliteStatement _addInstance;
    private readonly SqliteStatement _addState;
    private readonly SqliteStatement _addTurn;
    private readonly SqliteStatement _saveAll;
    private readonly SqliteStatement _saveProgress;
    private readonly SqliteStatement _saveStart;
    private readonly SqliteStatement _dropHistory;
    private readonly SqliteStatement _addMessage;
    private readonly SqliteStatement _deleteMessage;
    private readonly SqliteStatement _deleteInstance;
    private readonly SqliteStatement _deleteState;
    private readonly SqliteStatement _useKey;
    private long _lastTurn;

    public SqliteWriter(sqlite3 connection)
    {
        _connection = connection;
        SqliteFile.Execute(
            connection,
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000; PRAGMA cache_size=-32768; PRAGMA temp_store=MEMORY;"
        );
        _begin = Prepare("BEGIN IMMEDIATE");
        _commit = Prepare("COMMIT");
        _rollback = Prepare("ROLLBACK");
        _addInstance = Prepare("INSERT INTO instances VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)");
        _addState = Prepare($"INSERT INTO states(key, {States}) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)");
        _addTurn = Prepare("INSERT INTO history VALUES(?,?,?)");
        _saveAll = Prepare($"UPDATE states SET ({States}) = (?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13) WHERE key = ?1");

        // Leaves out what only the end sets, so that no index has to be touched.
        _saveProgress = Prepare(
            """
            UPDATE states SET (status, generation, turns, events, updated, wake, open, custom, head) = (?2,?3,?4,?5,?6,?7,?8,?9,?10) WHERE key = ?1
            """
        );
        _saveStart = Prepare("UPDATE instances SET input = ?2, version = ?3 WHERE key = ?1");
        _dropHistory = Prepare(
            """
            WITH RECURSIVE chain(id) AS (
              SELECT head FROM states WHERE key = ?1
              UNION ALL SELECT h.prev FROM chain c JOIN history h ON h.id = c.id WHERE h.prev <> 0)
            DELETE FROM history WHERE id IN (SELECT id FROM chain)
            """
        );
        _addMessage = Prepare("INSERT INTO messages VALUES(?,?,?,?)");
        _deleteMessage = Prepare("DELETE FROM messages WHERE id = ?");
        _deleteInstance = Prepare("DELETE FROM instances WHERE key = ?");
        _deleteState = Prepare("DELETE FROM states WHERE key = ?");
        _useKey = Prepare("UPDATE used SET key = ?1 WHERE key < ?1");
        _lastTurn = ReadMaximum("SELECT max(id) FROM history");
    }

    public long Commits { get; private set; }

    public StoreBounds ReadBounds() =>
        new(
            ReadMaximum("SELECT max(key) FROM (SELECT key FROM instances UNION ALL SELECT key FROM used)"),
            ReadMaximum("SELECT max(id) FROM messages")
        );

    public void Commit(Action<IStoreTransaction> writes)
    {
        _begin.Run();
        try
        {
            writes(this);
            _commit.Run();
            Commits++;
        }
        catch
        {
            // SQLite may have rolled back by itself already.
            if (raw.sqlite3_get_autocommit(_connection) == 0)
            {
                _rollback.Run();
            }

            throw;
        }
    }

    public void AddInstance(InstanceRow row, InstanceState state, ReadOnlySpan<byte> firstTurn)
    {
        _addInstance
            .Bind(1, row.Key)
            .Bind(2, row.InstanceId)
            .Bind(3, row.Name)
            .Bind(4, row.Version)
            .Bind(5, row.Input)
            .Bind(6, row.CreatedAt)
            .Bind(7, row.StartAt)
            .Bind(8, row.Tags)
            .Bind(9, row.Parent?.Key)
            .Bind(10, row.Parent?.InstanceId)
            .Bind(11, row.Parent?.Name)
            .Bind(12, row.Parent?.Generation)
            .Bind(13, row.Parent?.TaskId)
            .Run();
        row.HistoryHead = 0;
        if (!firstTurn.IsEmpty)
        {
            AddTurn(row, firstTurn);
        }

        SqliteRows.BindState(_addState.Bind(1, row.Key), 2, state, row.HistoryHead).Run();
    }

    public void AddTurn(InstanceRow row, ReadOnlySpan<byte> turn)
    {
        _addTurn.Bind(1, ++_lastTurn).Bind(2, row.HistoryHead).Bind(3, turn).Run();
        row.HistoryHead = _lastTurn;
    }

    public void SaveState(InstanceRow row, InstanceState state)
    {
        if (state.IsOver)
        {
            SqliteRows.BindState(_saveAll.Bind(1, row.Key), 2, state, row.HistoryHead).Run();
        }
        else
        {
            SqliteRows.BindProgress(_saveProgress.Bind(1, row.Key), 2, state, row.HistoryHead).Run();
        }
    }

    public void StartOver(InstanceRow row, InstanceState state)
    {
        _dropHistory.Bind(1, row.Key).Run();
        _saveStart.Bind(1, row.Key).Bind(2, row.Input).Bind(3, row.Version).Run();
        row.HistoryHead = 0;

        // What an earlier end has set must go, too.
        SqliteRows.BindState(_saveAll.Bind(1, row.Key), 2, state, row.HistoryHead).Run();
    }

    public void AddMessage(StoredMessage message) =>
        _addMessage.Bind(1, message.Id).Bind(2, message.Target).Bind(3, (long)message.Generation).Bind(4, message.Data).Run();

    public void DeleteMessage(long id) => _deleteMessage.Bind(1, id).Run();

    public void DeleteInstance(InstanceRow row)
    {
        _dropHistory.Bind(1, row.Key).Run();
        _deleteState.Bind(1, row.Key).Run();
        _deleteInstance.Bind(1, row.Key).Run();
        _useKey.Bind(1, row.Key).Run();
    }

    public void Dispose()
    {
        foreach (
            var statement in new[]
            {
                _begin,
                _commit,
                _rollback,
                _addInstance,
                _addState,
                _addTurn,
                _saveAll,
                _saveProgress,
                _saveStart,
                _dropHistory,
                _addMessage,
                _deleteMessage,
                _deleteInstance,
                _deleteState,
                _useKey,
            }
        )
        {
            statement.Dispose();
        }

        _connection.Dispose();
    }

    private SqliteStatement Prepare(string sql) => new(_connection, sql);

    private long ReadMaximum(string sql)
    {
        using var statement = Prepare(sql);
        var value = statement.Read() ? statement.GetInt64(0) : 0;
        statement.Reset();
        return value;
    }
}
