using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using ComputeHorde.Emulator.Python;
using Microsoft.Data.Sqlite;

namespace ComputeHorde.Emulator.Storage;

/// <summary>Keeps jobs in one SQLite file. One writer commits whatever has piled up since its last commit.</summary>
internal sealed class SqliteJobLog : IJobLog
{
    private const int SchemaVersion = 1;
    private const int MaxBatch = 500;
    private readonly SqliteConnection _connection;
    private readonly Channel<Write> _writes = Channel.CreateUnbounded<Write>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task _writer;

    /// <summary>Opens or makes the file. Throws <see cref="InvalidDataException"/> for a file of another version.</summary>
    public SqliteJobLog(string path)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is string directory)
        {
            Directory.CreateDirectory(directory);
        }

        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            _connection.Open();
            PrepareSchema(path);
        }
        catch
        {
            _connection.Dispose();
            throw;
        }

        _writer = Task.Run(WriteAllAsync);
    }

    public (IReadOnlyList<JobRecord> Jobs, IReadOnlyList<EmulatedCheatReport> Reports) Load(TextFile texts)
    {
        var jobs = new Dictionary<string, JobRecord>(StringComparer.Ordinal);
        using (
            SqliteCommand select = Command("SELECT uuid, hotkey, created_at, request, signature, behaviour, miner FROM jobs ORDER BY rowid")
        )
        using (SqliteDataReader row = select.ExecuteReader())
        {
            while (row.Read())
            {
                jobs[row.GetString(0)] = new JobRecord(
                    Guid.Parse(row.GetString(0)),
                    row.GetString(1),
                    Time(row.GetString(2)),
                    JobRowFormat.ReadRequest(row.GetString(3)),
                    JobRowFormat.ReadSignature(row.GetString(4)),
                    row.GetString(5)
                )
                {
                    Miner = row.IsDBNull(6) ? null : row.GetString(6),
                };
            }
        }

        using (SqliteCommand select = Command("SELECT uuid, status, metadata, created_at FROM statuses ORDER BY rowid"))
        using (SqliteDataReader row = select.ExecuteReader())
        {
            while (row.Read())
            {
                jobs[row.GetString(0)]
                    .TryAdd(
                        new StatusEntry(row.GetString(1), texts.Take((PyDict)PyJsonParser.Parse(row.GetString(2))!), Time(row.GetString(3)))
                    );
            }
        }

        var reports = new List<EmulatedCheatReport>();
        using (SqliteCommand select = Command("SELECT report FROM cheat_reports ORDER BY rowid"))
        using (SqliteDataReader row = select.ExecuteReader())
        {
            while (row.Read())
            {
                reports.Add(JsonSerializer.Deserialize<EmulatedCheatReport>(row.GetString(0))!);
            }
        }

        return ([.. jobs.Values], reports);
    }

    public Task AddJobAsync(JobRecord job)
    {
        StatusEntry first = job.History[0];
        return RunAsync(
            "INSERT INTO jobs (uuid, hotkey, created_at, request, signature, behaviour) VALUES ($0, $1, $2, $3, $4, $5);"
                + "INSERT INTO statuses (uuid, status, metadata, created_at) VALUES ($0, $6, $7, $8)",
            Key(job.Uuid),
            job.Hotkey,
            Time(job.CreatedAt),
            JobRowFormat.Write(job.Request),
            JobRowFormat.Write(job.Signature),
            job.Behaviour,
            first.Status,
            PyJsonWriter.Compact(first.Metadata),
            Time(first.CreatedAt)
        );
    }

    public Task AddStatusAsync(JobRecord job, StatusEntry entry) =>
        RunAsync(
            "INSERT INTO statuses (uuid, status, metadata, created_at) SELECT $0, $1, $2, $3 WHERE EXISTS (SELECT 1 FROM jobs WHERE uuid = $0)",
            Key(job.Uuid),
            entry.Status,
            PyJsonWriter.Compact(entry.Metadata),
            Time(entry.CreatedAt)
        );

    public Task SetMinerAsync(JobRecord job) => RunAsync("UPDATE jobs SET miner = $1 WHERE uuid = $0", Key(job.Uuid), job.Miner!);

    public Task AddReportAsync(EmulatedCheatReport report) =>
        RunAsync("INSERT INTO cheat_reports (uuid, report) VALUES ($0, $1)", Key(report.JobUuid), JsonSerializer.Serialize(report));

    public Task RemoveAsync(Guid uuid) =>
        RunAsync(
            "DELETE FROM statuses WHERE uuid = $0; DELETE FROM cheat_reports WHERE uuid = $0; DELETE FROM jobs WHERE uuid = $0",
            Key(uuid)
        );

    public async ValueTask DisposeAsync()
    {
        _writes.Writer.TryComplete();
        await _writer;
        await _connection.DisposeAsync();
    }

    private void PrepareSchema(string path)
    {
        using (SqliteCommand settings = Command("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL"))
        {
            settings.ExecuteNonQuery();
        }

        using SqliteCommand version = Command("PRAGMA user_version");
        long found = (long)version.ExecuteScalar()!;
        if (found is not (0 or SchemaVersion))
        {
            throw new InvalidDataException($"'{path}' has schema version {found}; this emulator reads version {SchemaVersion}.");
        }

        using SqliteCommand create = Command(
            $"""
            CREATE TABLE IF NOT EXISTS jobs (
                uuid TEXT PRIMARY KEY, hotkey TEXT NOT NULL, created_at TEXT NOT NULL, request TEXT NOT NULL, signature TEXT NOT NULL,
                behaviour TEXT NOT NULL, miner TEXT);
            CREATE TABLE IF NOT EXISTS statuses (uuid TEXT NOT NULL, status TEXT NOT NULL, metadata TEXT NOT NULL, created_at TEXT NOT NULL);
            CREATE INDEX IF NOT EXISTS statuses_by_job ON statuses (uuid);
            CREATE TABLE IF NOT EXISTS cheat_reports (uuid TEXT PRIMARY KEY, report TEXT NOT NULL);
            PRAGMA user_version = {SchemaVersion};
            """
        );
        create.ExecuteNonQuery();
    }

    private Task RunAsync(string sql, params string[] values)
    {
        var write = new Write(sql, values, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        return _writes.Writer.TryWrite(write) ? write.Done.Task : Task.FromException(new ObjectDisposedException(nameof(SqliteJobLog)));
    }

    private async Task WriteAllAsync()
    {
        var batch = new List<Write>();
        while (await _writes.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < MaxBatch && _writes.Reader.TryRead(out Write? write))
            {
                batch.Add(write);
            }

            try
            {
                Commit(batch);
                batch.ForEach(write => write.Done.TrySetResult());
            }
            catch (SqliteException e)
            {
                // Whoever waits for the write gets the reason; later writes are tried again.
                batch.ForEach(write => write.Done.TrySetException(e));
            }
        }
    }

    private void Commit(List<Write> batch)
    {
        using SqliteTransaction transaction = _connection.BeginTransaction();
        foreach (Write write in batch)
        {
            using SqliteCommand command = Command(write.Sql);
            command.Transaction = transaction;
            for (int i = 0; i < write.Values.Length; i++)
            {
                command.Parameters.AddWithValue("$" + i.ToString(CultureInfo.InvariantCulture), write.Values[i]);
            }

            command.ExecuteNonQuery();
        }

        transaction.Commit();
    }

#pragma warning disable CA2100 // Every text is a constant of this class.
    private SqliteCommand Command(string sql) => new(sql, _connection);
#pragma warning restore CA2100

    private static string Key(Guid uuid) => uuid.ToString("D");

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    private static DateTimeOffset Time(string text) =>
        DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);

    private sealed record Write(string Sql, string[] Values, TaskCompletionSource Done);
}
