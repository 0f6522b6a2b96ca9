using System.Buffers;

namespace ComputeHorde.Storage.Local.Stores;

/// <summary>
/// The bytes of large blobs, a file each. A file is on the disk before a row names it, and stays while somebody reads it.
/// </summary>
internal sealed class BodyFiles(string folder, IDisk disk)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, int> _readers = [];
    private readonly HashSet<long> _doomed = [];
    private long _last;

    /// <summary>Removes the files that no row names: a write that was not answered has left them.</summary>
    public void Prepare(HashSet<long> named)
    {
        foreach (var path in Directory.EnumerateFiles(folder))
        {
            if (!long.TryParse(Path.GetFileName(path), out var id) || !named.Contains(id))
            {
                disk.Delete(path);
            }
        }
    }

    /// <summary>No number is used twice: they begin after the last one that the rows know.</summary>
    public void BeginAfter(long last) => _last = last;

    public long NextId() => Interlocked.Increment(ref _last);

    public async Task<long> WriteAsync(Stream content, long length, CancellationToken cancellation)
    {
        var id = NextId();
        try
        {
            await using (var file = disk.Create(PathOf(id)))
            {
                await CopyAsync(content, file, length, cancellation);
                disk.Flush(file);
            }

            disk.FlushFolder(folder);
            return id;
        }
        catch
        {
            disk.Delete(PathOf(id));
            throw;
        }
    }

    public IStoredBody Open(long id)
    {
        lock (_gate)
        {
            _readers[id] = _readers.GetValueOrDefault(id) + 1;
        }

        return new FileBody(this, id);
    }

    public void Delete(long id)
    {
        lock (_gate)
        {
            if (_readers.ContainsKey(id))
            {
                _doomed.Add(id);
                return;
            }
        }

        disk.Delete(PathOf(id));
    }

    private static async Task CopyAsync(Stream content, Stream file, long length, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(128 << 10);
        try
        {
            for (var left = length; left > 0;)
            {
                var read = await content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), cancellation);
                if (read == 0)
                {
                    throw new EndOfStreamException($"The content ended {left} bytes early.");
                }

                await file.WriteAsync(buffer.AsMemory(0, read), cancellation);
                left -= read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Close(long id)
    {
        lock (_gate)
        {
            if (_readers[id] > 1)
            {
                _readers[id]--;
                return;
            }

            _readers.Remove(id);
            if (!_doomed.Remove(id))
            {
                return;
            }
        }

        disk.Delete(PathOf(id));
    }

    private string PathOf(long id) => Path.Combine(folder, id.ToString());

    private sealed class FileBody(BodyFiles files, long id) : IStoredBody
    {
        private int _disposed;

        public Stream OpenAt(long offset)
        {
            var file = new FileStream(
                files.PathOf(id),
                FileMode.Open,
                FileAccess.Read,
                FileShare.Read | FileShare.Delete,
                bufferSize: 0,
                FileOptions.Asynchronous
            );
            file.Position = offset;
            return file;
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
            {
                files.Close(id);
            }
        }
    }
}
