using System.Runtime.InteropServices;
using System.Text;
using SQLitePCL;
using static SQLitePCL.raw;

namespace ComputeHorde.DurableTask.Sqlite.Storage;

/// <summary>A prepared statement that is bound and run again and again, without an allocation per run.</summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly sqlite3 _connection;
    private readonly sqlite3_stmt _statement;
    private readonly Bound[] _bound;
    private byte[] _text = new byte[1024];

    private enum BoundKind
    {
        Null,
        Number,
        Data,
    }

    public SqliteStatement(sqlite3 connection, string sql)
    {
        _connection = connection;
        SqliteError.Check(connection, sqlite3_prepare_v3(connection, sql, SQLITE_PREPARE_PERSISTENT, out _statement));
        _bound = new Bound[sqlite3_bind_parameter_count(_statement) + 1];
    }

    /// <summary>The steps of SQLite's machine that it has taken.</summary>
    public long Steps => sqlite3_stmt_status(_statement, SQLITE_STMTSTATUS_VM_STEP, resetFlg: 0);

    public SqliteStatement Bind(int index, long value)
    {
        // Bindings outlive a run, and many numbers are those of the run before.
        ref var bound = ref _bound[index];
        if (bound.Kind != BoundKind.Number || bound.Number != value)
        {
            SqliteError.Check(_connection, sqlite3_bind_int64(_statement, index, value));
            bound = new Bound(BoundKind.Number, value);
        }

        return this;
    }

    public SqliteStatement Bind(int index, long? value) => value is { } number ? Bind(index, number) : BindNull(index);

    public SqliteStatement Bind(int index, string? value)
    {
        if (value is null)
        {
            return BindNull(index);
        }

        if (_text.Length < 3 * value.Length && Encoding.UTF8.GetByteCount(value) is var needed && _text.Length < needed)
        {
            _text = new byte[needed];
        }

        var length = Encoding.UTF8.GetBytes(value, _text);
        SqliteError.Check(_connection, sqlite3_bind_text(_statement, index, _text.AsSpan(0, length)));
        _bound[index] = new Bound(BoundKind.Data);
        return this;
    }

    public SqliteStatement Bind(int index, ReadOnlySpan<byte> value)
    {
        SqliteError.Check(_connection, sqlite3_bind_blob(_statement, index, value));
        _bound[index] = new Bound(BoundKind.Data);
        return this;
    }

    public SqliteStatement BindNull(int index)
    {
        if (_bound[index].Kind != BoundKind.Null)
        {
            SqliteError.Check(_connection, sqlite3_bind_null(_statement, index));
            _bound[index] = default;
        }

        return this;
    }

    /// <summary>Runs a statement that returns nothing.</summary>
    public void Run()
    {
        var code = sqlite3_step(_statement);
        sqlite3_reset(_statement);
        SqliteError.Check(_connection, code);
    }

    /// <summary>Moves to the next row; after the last one the statement is ready for the next run.</summary>
    public bool Read()
    {
        var code = sqlite3_step(_statement);
        if (code == SQLITE_ROW)
        {
            return true;
        }

        sqlite3_reset(_statement);
        SqliteError.Check(_connection, code);
        return false;
    }

    /// <summary>Ends reading before the last row.</summary>
    public void Reset() => sqlite3_reset(_statement);

    public bool IsNull(int column) => sqlite3_column_type(_statement, column) == SQLITE_NULL;

    public long GetInt64(int column) => sqlite3_column_int64(_statement, column);

    public long? GetNullableInt64(int column) => IsNull(column) ? null : GetInt64(column);

    public string? GetString(int column) => IsNull(column) ? null : sqlite3_column_text(_statement, column).utf8_to_string();

    public byte[] GetBytes(int column) => sqlite3_column_blob(_statement, column).ToArray();

    public void Dispose() => _statement.Dispose();

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Bound(BoundKind Kind, long Number = 0);
}

/// <summary>Turns result codes of SQLite into exceptions.</summary>
internal static class SqliteError
{
    public static void Check(sqlite3 connection, int code)
    {
        if (code is not (SQLITE_OK or SQLITE_DONE or SQLITE_ROW))
        {
            throw new DurableStoreException($"SQLite error {code}: {sqlite3_errmsg(connection).utf8_to_string()}");
        }
    }
}
