using Microsoft.Data.Sqlite;

namespace ComputeHorde.Storage.Local.Stores;

/// <summary>The database file: one table of rows a <see cref="Table{T}"/>, and one of the bytes of small blobs.</summary>
internal static class SqliteDatabase
{
    /// <summary>"CHST": tells our files from others'.</summary>
    private const int ApplicationId = 0x43485354;

    /// <summary>Changes with the tables or the records.</summary>
    private const int SchemaVersion = 1;

    public static SqliteConnection Connect(string path)
    {
        var settings = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Pooling = false,
            DefaultTimeout = 30,
        };
        var connection = new SqliteConnection(settings.ToString());
        try
        {
            connection.Open();

            // FULL: a commit is on the disk when it returns.
            Execute(connection, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-16000;");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <exception cref="LocalStorageException">
    /// It belongs to another program or to another version of this one, is damaged, or cannot be opened or written.
    /// </exception>
    public static SqliteConnection Prepare(string path)
    {
        SqliteConnection? connection = null;
        try
        {
            connection = Connect(path);
            if (Number(connection, "SELECT count(*) FROM sqlite_schema") == 0)
            {
                var tables = string.Concat(
                    Tables.Names.Select(name =>
                        $"CREATE TABLE {name}(scope TEXT NOT NULL, name TEXT NOT NULL, record BLOB NOT NULL, "
                        + "PRIMARY KEY(scope, name)) WITHOUT ROWID;\n"
                    )
                );
                Execute(
                    connection,
                    $"""
                    BEGIN IMMEDIATE;
                    {tables}
                    CREATE TABLE bodies(id INTEGER PRIMARY KEY, bytes BLOB);
                    CREATE INDEX body_files ON bodies(id) WHERE bytes IS NULL;
                    PRAGMA application_id={ApplicationId};
                    PRAGMA user_version={SchemaVersion};
                    COMMIT;
                    """
                );
            }

            if (Number(connection, "PRAGMA application_id") != ApplicationId)
            {
                throw new LocalStorageException($"The database {path} belongs to another program: choose another data folder.");
            }

            if (Number(connection, "PRAGMA user_version") is var version && version != SchemaVersion)
            {
                throw new LocalStorageException(
                    $"The database {path} has schema version {version}, this program reads version {SchemaVersion}: "
                        + "use the program that wrote it."
                );
            }

            return connection;
        }
        catch (SqliteException damage) when (damage.SqliteErrorCode is SQLitePCL.raw.SQLITE_NOTADB or SQLitePCL.raw.SQLITE_CORRUPT)
        {
            connection?.Dispose();
            throw new LocalStorageException(
                $"The database {path} is damaged or not a database. Restore it from a copy, or move it away.",
                damage
            );
        }
        catch (SqliteException exception)
        {
            // The disk is full, the file cannot be opened, the folder is read-only, too few files may be open.
            connection?.Dispose();
            throw new LocalStorageException($"The database {path} cannot be used: {exception.Message}", exception);
        }
        catch
        {
            connection?.Dispose();
            throw;
        }
    }

    public static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public static long Number(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar() as long? ?? 0;
    }
}
