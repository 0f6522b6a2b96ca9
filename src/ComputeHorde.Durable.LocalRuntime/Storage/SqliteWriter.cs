using SQLitePCL;

namespace ComputeHorde.Durable.LocalRuntime.Storage;

/// <summary>The one connection that writes. A turn costs one appended and at most one replaced row, whatever the length of its history.</summary>
internal sealed class SqliteWriter : IStoreTransaction, IDisposable
{
    private const string States = "status, generation, turns, events, updated, completed, wake, open, output, custom, failure, head";

    private readonly sqlite3 connection;
    private readonly SqliteStatement begin;
    private readonly SqliteStatement commit;
    private readonly SqliteStatement rollback;
    private readonly SqliteStatement addInstance;
    private readonly SqliteStatement addState;
    private readonly SqliteStatement addTurn;
    private readonly SqliteStatement saveEnd;
    private readonly SqliteStatement saveProgress;
    private readonly SqliteStatement saveStart;
    private readonly SqliteStatement dropHistory;
    private readonly SqliteStatement addMessage;
    private readonly SqliteStatement deleteMessage;
    private readonly SqliteStatement deleteInstance;
    private readonly SqliteStatement deleteState;
    private long lastTurn;

    public SqliteWriter(sqlite3 connection)
    {
        this.connection = connection;
        SqliteFile.Execute(
            connection,
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000; PRAGMA cache_size=-32768; PRAGMA temp_store=MEMORY;");
        begin = Prepare("BEGIN IMMEDIATE");
        commit = Prepare("COMMIT");
        rollback = Prepare("ROLLBACK");
        addInstance = Prepare("INSERT INTO instances VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)");
        addState = Prepare($"INSERT INTO states(key, {States}) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)");
        addTurn = Prepare("INSERT INTO history VALUES(?,?,?)");
        saveEnd = Prepare($"UPDATE states SET ({States}) = (?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13) WHERE key = ?1");

        // Leaves out what only the end sets, so that no index has to be touched.
        saveProgress = Prepare("""
            UPDATE states SET (status, generation, turns, events, updated, wake, open, custom, head) = (?2,?3,?4,?5,?6,?7,?8,?9,?10) WHERE key = ?1
            """);
        saveStart = Prepare("UPDATE instances SET input = ?2, version = ?3 WHERE key = ?1");
        dropHistory = Prepare("""
            WITH RECURSIVE chain(id) AS (
              SELECT head FROM states WHERE key = ?1
              UNION ALL SELECT h.prev FROM chain c JOIN history h ON h.id = c.id WHERE h.prev <> 0)
            DELETE FROM history WHERE id IN (SELECT id FROM chain)
            """);
        addMessage = Prepare("INSERT INTO messages VALUES(?,?,?,?)");
        deleteMessage = Prepare("DELETE FROM messages WHERE id = ?");
        deleteInstance = Prepare("DELETE FROM instances WHERE key = ?");
        deleteState = Prepare("DELETE FROM states WHERE key = ?");
        lastTurn = ReadMaximum("SELECT max(id) FROM history");
    }

    public long Commits { get; private set; }

    public StoreBounds ReadBounds() => new(ReadMaximum("SELECT max(key) FROM instances"), ReadMaximum("SELECT max(id) FROM messages"));

    public void Commit(Action<IStoreTransaction> writes)
    {
        begin.Run();
        try
        {
            writes(this);
            commit.Run();
            Commits++;
        }
        catch
        {
            // SQLite may have rolled back by itself already.
            if (raw.sqlite3_get_autocommit(connection) == 0)
            {
                rollback.Run();
            }

            throw;
        }
    }

    public void AddInstance(InstanceRow row, InstanceState state, ReadOnlySpan<byte> firstTurn)
    {
        addInstance.Bind(1, row.Key)
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

        SqliteRows.BindState(addState.Bind(1, row.Key), 2, state, row.HistoryHead).Run();
    }

    public void AddTurn(InstanceRow row, ReadOnlySpan<byte> turn)
    {
        addTurn.Bind(1, ++lastTurn).Bind(2, row.HistoryHead).Bind(3, turn).Run();
        row.HistoryHead = lastTurn;
    }

    public void SaveState(InstanceRow row, InstanceState state)
    {
        if (state.IsOver)
        {
            SqliteRows.BindState(saveEnd.Bind(1, row.Key), 2, state, row.HistoryHead).Run();
        }
        else
        {
            SqliteRows.BindProgress(saveProgress.Bind(1, row.Key), 2, state, row.HistoryHead).Run();
        }
    }

    public void StartOver(InstanceRow row, InstanceState state)
    {
        dropHistory.Bind(1, row.Key).Run();
        saveStart.Bind(1, row.Key).Bind(2, row.Input).Bind(3, row.Version).Run();
        row.HistoryHead = 0;
        SaveState(row, state);
    }

    public void AddMessage(StoredMessage message) =>
        addMessage.Bind(1, message.Id).Bind(2, message.Target).Bind(3, (long)message.Generation).Bind(4, message.Data).Run();

    public void DeleteMessage(long id) => deleteMessage.Bind(1, id).Run();

    public void DeleteInstance(InstanceRow row)
    {
        dropHistory.Bind(1, row.Key).Run();
        deleteState.Bind(1, row.Key).Run();
        deleteInstance.Bind(1, row.Key).Run();
    }

    public void Dispose()
    {
        foreach (var statement in new[]
        {
            begin, commit, rollback, addInstance, addState, addTurn, saveEnd, saveProgress, saveStart, dropHistory, addMessage, deleteMessage, deleteInstance, deleteState,
        })
        {
            statement.Dispose();
        }

        connection.Dispose();
    }

    private SqliteStatement Prepare(string sql) => new(connection, sql);

    private long ReadMaximum(string sql)
    {
        using var statement = Prepare(sql);
        var value = statement.Read() ? statement.GetInt64(0) : 0;
        statement.Reset();
        return value;
    }
}
