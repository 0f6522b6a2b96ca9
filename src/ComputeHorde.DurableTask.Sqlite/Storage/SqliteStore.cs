using Microsoft.DurableTask.Client;
using SQLitePCL;

namespace ComputeHorde.DurableTask.Sqlite.Storage;

/// <summary>
/// Keeps everything in one SQLite file, in WAL mode with <c>synchronous=FULL</c>: what is committed survives a power cut.
/// </summary>
internal sealed class SqliteStore(string path) : IDurableStore
{
    private readonly Lock _reading = new();
    private SqliteFile? _file;
    private SqliteWriter? _writer;
    private sqlite3? _reader;
    private SqliteStatement? _find;
    private SqliteStatement? _readTurn;

    public long Commits => _writer?.Commits ?? 0;

    /// <summary>The work of all listings so far, in steps of SQLite's machine: it depends on what is read, and on nothing else.</summary>
    internal long Steps { get; private set; }

    private SqliteWriter Writer => _writer ?? throw new InvalidOperationException("The store is not open.");

    private sqlite3 Reader => _reader ?? throw new InvalidOperationException("The store is not open.");

    public StoreBounds Open()
    {
        _file = new SqliteFile(path);
        try
        {
            _writer = new SqliteWriter(_file.Connect(readOnly: false));
            _file.LayOutLog();
            _reader = _file.Connect(readOnly: true);
            _find = new SqliteStatement(_reader, $"{SqliteRows.Select} WHERE i.id = ?");
            _readTurn = new SqliteStatement(_reader, "SELECT prev, data FROM history WHERE id = ?");
            return _writer.ReadBounds();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public void Commit(Action<IStoreTransaction> writes) => Writer.Commit(writes);

    public StoredInstance? Find(string instanceId)
    {
        lock (_reading)
        {
            _ = Reader;
            _find!.Bind(1, instanceId);
            var found = _find.Read() ? SqliteRows.Read(_find) : null;
            _find.Reset();
            return found;
        }
    }

    public List<byte[]> ReadHistory(InstanceRow row)
    {
        List<byte[]> turns = [];
        lock (_reading)
        {
            _ = Reader;
            for (var id = row.HistoryHead; id != 0;)
            {
                _readTurn!.Bind(1, id);
                if (!_readTurn.Read())
                {
                    throw new InvalidDataException($"The history of the instance '{row.InstanceId}' is incomplete: turn {id} is missing.");
                }

                id = _readTurn.GetInt64(0);
                turns.Add(_readTurn.GetBytes(1));
                _readTurn.Reset();
            }
        }

        turns.Reverse();
        return turns;
    }

    public List<StoredWork> FindWork() =>
        ReadAll(
            "SELECT i.id, CASE WHEN s.open THEN NULL ELSE s.wake END, s.updated FROM states s INDEXED BY live JOIN instances i ON i.key = s.key "
                + "WHERE s.completed IS NULL AND (s.turns = 0 OR s.wake IS NOT NULL OR s.open <> 0)",
            _ => { },
            row => new StoredWork(row.GetString(0)!, row.GetNullableInt64(1), row.GetInt64(2))
        );

    public List<(StoredMessage Message, string? InstanceId)> ReadMessages() =>
        ReadAll(
            "SELECT m.id, m.target, m.generation, m.data, i.id FROM messages m LEFT JOIN states s ON s.key = m.target AND s.completed IS NULL "
                + "LEFT JOIN instances i ON i.key = s.key ORDER BY m.id",
            _ => { },
            row => (new StoredMessage(row.GetInt64(0), row.GetInt64(1), (int)row.GetInt64(2), row.GetBytes(3)), row.GetString(4))
        );

    public InstancePage Query(InstanceFilter filter)
    {
        var all = new InstanceQuery(filter);
        var end = all.IsSelective
            ? ReadAll(
                    all.EndSql,
                    all.BindSpan,
                    row => filter.IsByName ? InstanceCursor.ByName(row.GetString(2)!) : new InstanceCursor(row.GetInt64(0), row.GetInt64(1))
                )
                .SingleOrDefault()
            : null;
        var page = new InstanceQuery(filter, end);
        return InstancePage.Of(ReadAll(page.PageSql, page.BindPage, SqliteRows.Read), filter, end);
    }

    public List<StoredInstance> FindChildren(long parentKey) =>
        ReadAll($"{SqliteRows.Select} WHERE i.parent = ? ORDER BY i.key", statement => statement.Bind(1, parentKey), SqliteRows.Read);

    public List<(string InstanceId, long CompletedAt, long Key)> QueryFinished(FinishedFilter filter) =>
        ReadAll(
            $"""
            SELECT i.id, s.completed, s.key FROM states s JOIN instances i ON i.key = s.key
            WHERE s.completed IS NOT NULL AND (s.completed, s.key) > (?1, ?2)
              AND (?3 IS NULL OR s.completed >= ?3) AND (?4 IS NULL OR s.completed <= ?4) {InstanceQuery.StatusIn(filter.Statuses)}
            ORDER BY s.completed, s.key LIMIT ?5
            """,
            statement =>
                statement
                    .Bind(1, filter.After.CompletedAt)
                    .Bind(2, filter.After.Key)
                    .Bind(3, filter.CompletedFrom)
                    .Bind(4, filter.CompletedTo)
                    .Bind(5, (long)filter.Limit),
            row => (row.GetString(0)!, row.GetInt64(1), row.GetInt64(2))
        );

    public void Dispose()
    {
        lock (_reading)
        {
            _find?.Dispose();
            _readTurn?.Dispose();
            _reader?.Dispose();
            _writer?.Dispose();
            _file?.Dispose();
            (_find, _readTurn, _reader, _writer, _file) = (null, null, null, null, null);
        }
    }

    private List<T> ReadAll<T>(string sql, Action<SqliteStatement> bind, Func<SqliteStatement, T> read)
    {
        lock (_reading)
        {
            using var statement = new SqliteStatement(Reader, sql);
            bind(statement);
            List<T> rows = [];
            while (statement.Read())
            {
                rows.Add(read(statement));
            }

            Steps += statement.Steps;
            return rows;
        }
    }
}
