using System.Text;
using SQLitePCL;
using static SQLitePCL.raw;

namespace ComputeHorde.Durable.LocalRuntime.Storage;

/// <summary>A prepared statement that is bound and run again and again, without an allocation per run.</summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly sqlite3 connection;
    private readonly sqlite3_stmt statement;
    private readonly bool[] isSet;
    private byte[] text = new byte[1024];

    public SqliteStatement(sqlite3 connection, string sql)
    {
        this.connection = connection;
        SqliteError.Check(connection, sqlite3_prepare_v3(connection, sql, SQLITE_PREPARE_PERSISTENT, out statement));
        isSet = new bool[sqlite3_bind_parameter_count(statement) + 1];
    }

    public SqliteStatement Bind(int index, long value)
    {
        SqliteError.Check(connection, sqlite3_bind_int64(statement, index, value));
        isSet[index] = true;
        return this;
    }

    public SqliteStatement Bind(int index, long? value) => value is { } number ? Bind(index, number) : BindNull(index);

    public SqliteStatement Bind(int index, string? value)
    {
        if (value is null)
        {
            return BindNull(index);
        }

        if (text.Length < 3 * value.Length && Encoding.UTF8.GetByteCount(value) is var needed && text.Length < needed)
        {
            text = new byte[needed];
        }

        var length = Encoding.UTF8.GetBytes(value, text);
        SqliteError.Check(connection, sqlite3_bind_text(statement, index, text.AsSpan(0, length)));
        isSet[index] = true;
        return this;
    }

    public SqliteStatement Bind(int index, ReadOnlySpan<byte> value)
    {
        SqliteError.Check(connection, sqlite3_bind_blob(statement, index, value));
        isSet[index] = true;
        return this;
    }

    public SqliteStatement BindNull(int index)
    {
        // Bindings outlive a run, and most that are null stay null.
        if (isSet[index])
        {
            SqliteError.Check(connection, sqlite3_bind_null(statement, index));
            isSet[index] = false;
        }

        return this;
    }

    /// <summary>Runs a statement that returns nothing.</summary>
    public void Run()
    {
        var code = sqlite3_step(statement);
        sqlite3_reset(statement);
        SqliteError.Check(connection, code);
    }

    /// <summary>Moves to the next row; after the last one the statement is ready for the next run.</summary>
    public bool Read()
    {
        var code = sqlite3_step(statement);
        if (code == SQLITE_ROW)
        {
            return true;
        }

        sqlite3_reset(statement);
        SqliteError.Check(connection, code);
        return false;
    }

    /// <summary>Ends reading before the last row.</summary>
    public void Reset() => sqlite3_reset(statement);

    public bool IsNull(int column) => sqlite3_column_type(statement, column) == SQLITE_NULL;

    public long GetInt64(int column) => sqlite3_column_int64(statement, column);

    public long? GetNullableInt64(int column) => IsNull(column) ? null : GetInt64(column);

    public string? GetString(int column) => IsNull(column) ? null : sqlite3_column_text(statement, column).utf8_to_string();

    public byte[] GetBytes(int column) => sqlite3_column_blob(statement, column).ToArray();

    public void Dispose() => statement.Dispose();
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
