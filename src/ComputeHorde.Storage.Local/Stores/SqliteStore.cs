using System.Threading.Channels;
using ComputeHorde.Storage.Local.Folder;
using ComputeHorde.Storage.Local.Http;
using Microsoft.Data.Sqlite;

namespace ComputeHorde.Storage.Local.Stores;

/// <summary>
/// Keeps everything in a folder: a SQLite database, and the bytes of large blobs as files beside it. One writer takes all writes that
/// have come meanwhile into one transaction, and answers them when it is on the disk.
/// </summary>
internal sealed class SqliteStore : IStore
{
    private const int LargestGroup = 512;
    private readonly Channel<IPendingWrite> _pending = Channel.CreateUnbounded<IPendingWrite>(
        new UnboundedChannelOptions { SingleReader = true }
    );

    private readonly Lock _reading = new();
    private readonly SqliteSession _reader;
    private readonly SqliteSession _writer;
    private readonly BodyFiles _files;
    private readonly Task _writing;

    private SqliteStore(SqliteSession reader, SqliteSession writer, BodyFiles files)
    {
        (_reader, _writer, _files) = (reader, writer, files);
        _writing = Task.Run(WriteAllAsync);
    }

    internal SqliteSession Reader => _reader;

    internal SqliteSession Writer => _writer;

    /// <exception cref="LocalStorageException">The database cannot be used.</exception>
    public static SqliteStore Open(string folder, IDisk disk, Action<StorePoint>? passing = null)
    {
        var path = Path.Combine(folder, "storage.db");
        var bodies = Path.Combine(folder, "bodies");
        OwnerOnly.CreateFolder(bodies);
        if (!File.Exists(path))
        {
            // SQLite gives its other files the permissions of this one.
            disk.Create(path).Dispose();
        }

        var files = new BodyFiles(bodies, disk);
        var connection = SqliteDatabase.Prepare(path);
        try
        {
            files.BeginAfter(SqliteDatabase.Number(connection, "SELECT max(id) FROM bodies"));
            files.Prepare(NamedFiles(connection));
            return new SqliteStore(
                new SqliteSession(SqliteDatabase.Connect(path), files),
                new SqliteSession(connection, files) { Passing = passing },
                files
            );
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public async Task<StagedBody> StageAsync(Stream content, long length, int inlineLimit, CancellationToken cancellation)
    {
        if (length <= inlineLimit)
        {
            var bytes = new byte[length];
            await content.ReadExactlyAsync(bytes, cancellation);
            return new StagedBody(length, bytes, file: 0, discard: null);
        }

        var file = await _files.WriteAsync(content, length, cancellation);
        return new StagedBody(length, inline: null, file, () => _files.Delete(file));
    }

    public T Read<T>(Func<IReadTransaction, T> read)
    {
        lock (_reading)
        {
            _reader.BeginRead();
            try
            {
                return read(_reader);
            }
            finally
            {
                _reader.EndRead();
            }
        }
    }

    public Task<T> WriteAsync<T>(Func<IWriteTransaction, T> write)
    {
        var pending = new PendingWrite<T>(write);
        return _pending.Writer.TryWrite(pending)
            ? pending.Result
            : Task.FromException<T>(Errors.Unavailable("This local storage is ending."));
    }

    public async ValueTask DisposeAsync()
    {
        _pending.Writer.TryComplete();
        await _writing;
        _reader.Dispose();
        _writer.Dispose();
    }

    private static HashSet<long> NamedFiles(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT id FROM bodies INDEXED BY body_files WHERE bytes IS NULL";
        using var reader = command.ExecuteReader();
        HashSet<long> named = [];
        while (reader.Read())
        {
            named.Add(reader.GetInt64(0));
        }

        return named;
    }

    private async Task WriteAllAsync()
    {
        List<IPendingWrite> group = [];
        while (await _pending.Reader.WaitToReadAsync())
        {
            while (group.Count < LargestGroup && _pending.Reader.TryRead(out var write))
            {
                group.Add(write);
            }

            Commit(group);
            group.Clear();
        }
    }

    private void Commit(List<IPendingWrite> group)
    {
        try
        {
            _writer.BeginGroup();
            foreach (var write in group)
            {
                _writer.BeginWrite();
                _writer.EndWrite(failed: !write.Run(_writer));
            }

            Delete(_writer.CommitGroup());
        }
        catch (Exception failure) when (failure is SqliteException or IOException)
        {
            _writer.AbandonGroup();
            group.ForEach(write => write.Fail(Errors.Unavailable($"This local storage could not write: {failure.Message}")));
            return;
        }

        group.ForEach(static write => write.Complete());
    }

    private void Delete(IReadOnlyList<long> files)
    {
        if (files.Count == 0)
        {
            return;
        }

        // Whoever reads now has found a row and opens its file before we go on; whoever comes later does not find the row.
        lock (_reading)
        {
            foreach (var file in files)
            {
                _files.Delete(file);
            }
        }
    }
}
