using SQLitePCL;
using static SQLitePCL.raw;

namespace ComputeHorde.DurableTask.Sqlite.Storage;

/// <summary>Opens the file, creates its tables, and refuses files that are in use, damaged, foreign or newer.</summary>
internal sealed class SqliteFile : IDisposable
{
    /// <summary>"CHDR": tells our files from others'.</summary>
    private const int ApplicationId = 0x43484452;

    /// <summary>
    /// Changes with the tables or the encoding of events. In version 1 a row of the history held one turn, since 2 it holds one or more;
    /// since 3 messages keep calls that were left behind, and calls the tags of their sub-orchestrations; since 4 histories say by which
    /// rules they run, and keys that were used are remembered.
    /// </summary>
    private const int SchemaVersion = 4;

    /// <summary>The oldest version whose files can be taken over.</summary>
    private const int OldestVersion = 1;

    /// <summary>The highest key of an instance that was deleted: keys are never used again, not even after a restart.</summary>
    private const string UsedKeys = "CREATE TABLE used(key INTEGER NOT NULL); INSERT INTO used VALUES(0);";

    /// <summary>Finds instances by when they were created. Files of older versions get it when they are opened.</summary>
    private const string CreatedIndex = "CREATE INDEX IF NOT EXISTS created ON instances(created);";

    private const string Schema = """
        CREATE TABLE instances(
          key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, version TEXT, input TEXT, created INTEGER NOT NULL,
          start INTEGER, tags TEXT, parent INTEGER, parent_id TEXT, parent_name TEXT, parent_generation INTEGER, parent_task INTEGER);
        CREATE INDEX children ON instances(parent) WHERE parent IS NOT NULL;
        CREATE TABLE states(
          key INTEGER PRIMARY KEY, status INTEGER NOT NULL, generation INTEGER NOT NULL, turns INTEGER NOT NULL, events INTEGER NOT NULL,
          updated INTEGER NOT NULL, completed INTEGER, wake INTEGER, open INTEGER NOT NULL, output TEXT, custom TEXT, failure BLOB, head INTEGER NOT NULL);
        CREATE INDEX live ON states(key) WHERE completed IS NULL;
        CREATE TABLE history(id INTEGER PRIMARY KEY, prev INTEGER NOT NULL, data BLOB NOT NULL);
        CREATE TABLE messages(id INTEGER PRIMARY KEY, target INTEGER NOT NULL, generation INTEGER NOT NULL, data BLOB NOT NULL);
        """;

    /// <summary>How much of the log is laid out beforehand: a quarter of where it starts over.</summary>
    private const int LogBytes = 4 << 20;

    private readonly string _path;
    private readonly FileStream _hostLock;

    public SqliteFile(string path)
    {
        _path = Path.GetFullPath(path);
        Batteries_V2.Init();
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        try
        {
            _hostLock = new FileStream(_path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new DurableStoreException($"The database {_path} is in use by another host. Only one host may open it at a time.", e);
        }

        try
        {
            Prepare();
        }
        catch
        {
            _hostLock.Dispose();
            throw;
        }
    }

    /// <summary>Opens a connection.</summary>
    public sqlite3 Connect(bool readOnly)
    {
        var flags = SQLITE_OPEN_NOMUTEX | (readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
        var code = sqlite3_open_v2(_path, out var connection, flags, null);
        if (code != SQLITE_OK)
        {
            connection.Dispose();
            throw new DurableStoreException($"The database {_path} cannot be opened: SQLite error {code}.");
        }

        sqlite3_busy_timeout(connection, 10_000);
        return connection;
    }

    /// <summary>
    /// Lays out the first part of the write-ahead log, filled with zeros, which end the log wherever they are read: a commit
    /// that overwrites costs the disk half of one that makes the file longer.
    /// </summary>
    public void LayOutLog()
    {
        try
        {
            using var log = File.OpenHandle(
                _path + "-wal",
                FileMode.OpenOrCreate,
                FileAccess.Write,
                FileShare.ReadWrite | FileShare.Delete
            );
            var zeros = new byte[64 << 10];
            for (var end = RandomAccess.GetLength(log); end < LogBytes; end += zeros.Length)
            {
                RandomAccess.Write(log, zeros, end);
            }

            RandomAccess.FlushToDisk(log);
        }
        catch (IOException)
        {
            // A full disk, say: the log grows as it is needed then, and what fails is the write that cannot be done without.
        }
    }

    public static void Execute(sqlite3 connection, string sql) => SqliteError.Check(connection, sqlite3_exec(connection, sql));

    public void Dispose() => _hostLock.Dispose();

    private static string? Scalar(sqlite3 connection, string sql)
    {
        using var statement = new SqliteStatement(connection, sql);
        var value = statement.Read() ? statement.GetString(0) : null;
        statement.Reset();
        return value;
    }

    private void Prepare()
    {
        using var connection = Connect(readOnly: false);
        try
        {
            if (Scalar(connection, "SELECT count(*) FROM sqlite_schema") == "0")
            {
                Execute(
                    connection,
                    $"BEGIN IMMEDIATE; {Schema} {UsedKeys} PRAGMA application_id={ApplicationId}; PRAGMA user_version={SchemaVersion}; COMMIT;"
                );
            }

            Check(connection);
            Execute(connection, CreatedIndex);
        }
        catch (DurableStoreException e) when (e.InnerException is null && e.Message.StartsWith("SQLite error", StringComparison.Ordinal))
        {
            throw new DurableStoreException(
                $"The database {_path} is damaged or not a database ({e.Message}). Restore it from a copy, or move it away.",
                e
            );
        }
    }

    private void Check(sqlite3 connection)
    {
        if (Scalar(connection, "PRAGMA application_id") != $"{ApplicationId}")
        {
            throw new DurableStoreException($"The database {_path} belongs to another program.");
        }

        var version = int.Parse(Scalar(connection, "PRAGMA user_version") ?? "0");
        if (version is < OldestVersion or > SchemaVersion)
        {
            throw new DurableStoreException(
                $"The database {_path} has schema version {version}, this program reads version {SchemaVersion}. "
                    + (version > SchemaVersion ? "It was written by a newer version of this program." : "Its version is unknown.")
            );
        }

        var found = Scalar(connection, "PRAGMA quick_check(1)");
        if (found != "ok")
        {
            throw new DurableStoreException($"The database {_path} is damaged ({found}). Restore it from a copy, or move it away.");
        }

        if (version < SchemaVersion)
        {
            Execute(connection, $"BEGIN IMMEDIATE; {UsedKeys} PRAGMA user_version={SchemaVersion}; COMMIT;");
        }
    }
}
