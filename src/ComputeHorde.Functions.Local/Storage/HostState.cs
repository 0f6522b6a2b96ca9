using Microsoft.Data.Sqlite;

namespace ComputeHorde.Functions.Local.Storage;

/// <summary>What the host must remember across restarts, in one small SQLite file: which blobs were handled, when
/// timers are due, and which messages a stop of the host has cut off.</summary>
internal sealed class HostState : IDisposable
{
    private const int SchemaVersion = 1;

    private const string Schema = """
        CREATE TABLE IF NOT EXISTS blob_receipts (
            function TEXT NOT NULL, blob TEXT NOT NULL, etag TEXT NOT NULL, attempts INTEGER NOT NULL, done INTEGER NOT NULL,
            PRIMARY KEY (function, blob, etag)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS timers (
            function TEXT NOT NULL PRIMARY KEY, schedule TEXT NOT NULL, last INTEGER NOT NULL, next INTEGER NOT NULL, updated INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS cut_off_messages (
            queue TEXT NOT NULL, message TEXT NOT NULL, times INTEGER NOT NULL, PRIMARY KEY (queue, message)) WITHOUT ROWID;
        """;

    private readonly SqliteConnection _connection;
    private readonly Lock _lock = new();

    private HostState(SqliteConnection connection) => _connection = connection;

    /// <param name="path">The file; null keeps everything in memory.</param>
    /// <exception cref="LocalFunctionsException">The file cannot be opened, is damaged, or comes from a newer version.</exception>
    public static HostState Open(string? path)
    {
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder
            {
                DataSource = path ?? ":memory:",
                Pooling = false,
                DefaultTimeout = 5,
            }.ConnectionString
        );
        try
        {
            connection.Open();
            var state = new HostState(connection);
            state.Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;");
            var version = Convert.ToInt32(state.Scalar("PRAGMA user_version;"));
            if (version > SchemaVersion)
            {
                throw new LocalFunctionsException(
                    $"{path} was written by a newer version (schema {version}, this one knows {SchemaVersion}): update, or use another data directory."
                );
            }

            state.Execute($"{Schema} PRAGMA user_version={SchemaVersion};");
            return state;
        }
        catch (SqliteException exception)
        {
            connection.Dispose();
            throw new LocalFunctionsException(
                $"{path} cannot be used ({exception.Message}): check its permissions, or use another data directory.",
                exception
            );
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The blobs that need no more work for a function, each as name and ETag.</summary>
    public IReadOnlyList<(string Blob, string ETag)> HandledBlobs(string function)
    {
        lock (_lock)
        {
            using var command = Command(
                "SELECT blob, etag FROM blob_receipts WHERE function=$function AND done=1;",
                ("$function", function)
            );
            using var reader = command.ExecuteReader();
            var blobs = new List<(string, string)>();
            while (reader.Read())
            {
                blobs.Add((reader.GetString(0), reader.GetString(1)));
            }

            return blobs;
        }
    }

    /// <summary>Counts an attempt before it begins, so that one that dies with the process counts too.</summary>
    /// <returns>The number of attempts, this one included.</returns>
    public int BeginBlobAttempt(string function, string blob, string eTag) =>
        Convert.ToInt32(
            Scalar(
                """
                INSERT INTO blob_receipts (function, blob, etag, attempts, done) VALUES ($function, $blob, $etag, 1, 0)
                ON CONFLICT DO UPDATE SET attempts = attempts + 1 RETURNING attempts;
                """,
                ("$function", function),
                ("$blob", blob),
                ("$etag", eTag)
            )
        );

    /// <summary>An attempt that storage made impossible does not count.</summary>
    public void TakeBackBlobAttempt(string function, string blob, string eTag) =>
        Execute(
            "UPDATE blob_receipts SET attempts = attempts - 1 WHERE function=$function AND blob=$blob AND etag=$etag;",
            ("$function", function),
            ("$blob", blob),
            ("$etag", eTag)
        );

    public void FinishBlob(string function, string blob, string eTag) =>
        Execute(
            "UPDATE blob_receipts SET done = 1 WHERE function=$function AND blob=$blob AND etag=$etag;",
            ("$function", function),
            ("$blob", blob),
            ("$etag", eTag)
        );

    /// <summary>Forgets versions of blobs that no longer exist: an ETag never comes back.</summary>
    public void ForgetBlobs(string function, IEnumerable<(string Blob, string ETag)> blobs)
    {
        lock (_lock)
        {
            using var transaction = _connection.BeginTransaction();
            foreach (var (blob, eTag) in blobs)
            {
                using var command = Command(
                    "DELETE FROM blob_receipts WHERE function=$function AND blob=$blob AND etag=$etag;",
                    ("$function", function),
                    ("$blob", blob),
                    ("$etag", eTag)
                );
                command.Transaction = transaction;
                command.ExecuteNonQuery();
            }

            transaction.Commit();
        }
    }

    /// <summary>Storage counts each delivery of a message; those that the host's stop cut off are no failed attempts.</summary>
    public void NoteCutOffMessage(string queue, string message) =>
        Execute(
            "INSERT INTO cut_off_messages (queue, message, times) VALUES ($queue, $message, 1) ON CONFLICT DO UPDATE SET times = times + 1;",
            ("$queue", queue),
            ("$message", message)
        );

    /// <summary>How many deliveries of a message were cut off.</summary>
    public int CutOffTimes(string queue, string message) =>
        Convert.ToInt32(
            Scalar("SELECT times FROM cut_off_messages WHERE queue=$queue AND message=$message;", ("$queue", queue), ("$message", message))
        );

    public void ForgetCutOffMessage(string queue, string message) =>
        Execute("DELETE FROM cut_off_messages WHERE queue=$queue AND message=$message;", ("$queue", queue), ("$message", message));

    public TimerState? FindTimer(string function)
    {
        lock (_lock)
        {
            using var command = Command(
                "SELECT schedule, last, next, updated FROM timers WHERE function=$function;",
                ("$function", function)
            );
            using var reader = command.ExecuteReader();
            return reader.Read()
                ? new TimerState(reader.GetString(0), Utc(reader.GetInt64(1)), Utc(reader.GetInt64(2)), Utc(reader.GetInt64(3)))
                : null;
        }
    }

    public void SaveTimer(string function, TimerState timer) =>
        Execute(
            """
            INSERT INTO timers (function, schedule, last, next, updated) VALUES ($function, $schedule, $last, $next, $updated)
            ON CONFLICT DO UPDATE SET schedule = $schedule, last = $last, next = $next, updated = $updated;
            """,
            ("$function", function),
            ("$schedule", timer.Schedule),
            ("$last", timer.Last.Ticks),
            ("$next", timer.Next.Ticks),
            ("$updated", timer.Updated.Ticks)
        );

    public void Dispose() => _connection.Dispose();

    private void Execute(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        lock (_lock)
        {
            using var command = Command(sql, parameters);
            command.ExecuteNonQuery();
        }
    }

    private object? Scalar(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        lock (_lock)
        {
            using var command = Command(sql, parameters);
            return command.ExecuteScalar();
        }
    }

    private SqliteCommand Command(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }

    private static DateTime Utc(long ticks) => new(ticks, DateTimeKind.Utc);
}

/// <summary>When a timer ran last and runs next, in UTC.</summary>
internal sealed record TimerState(string Schedule, DateTime Last, DateTime Next, DateTime Updated);
