using ComputeHorde.Storage.Local.Stores;

namespace ComputeHorde.Storage.Local.Tests.Crash;

/// <summary>A disk whose power is cut: it then has what was flushed, and of the rest what chance leaves.</summary>
internal sealed class CutDisk : IDisk
{
    private readonly Disk _disk = new();
    private readonly Lock _gate = new();
    private readonly HashSet<string> _unflushed = [];
    private readonly HashSet<string> _unlisted = [];
    private readonly Dictionary<string, byte[]> _deleted = [];
    private long _logFlushed;
    private bool _off;

    public Stream Create(string path)
    {
        lock (_gate)
        {
            Check();
            _unflushed.Add(path);
            _unlisted.Add(path);

            // Shared, so that a cut can copy it while it is written.
            return new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        }
    }

    public void Flush(Stream file)
    {
        lock (_gate)
        {
            Check();
            _disk.Flush(file);
            _unflushed.Remove(((FileStream)file).Name);
        }
    }

    public void FlushFolder(string path)
    {
        lock (_gate)
        {
            Check();
            _disk.FlushFolder(path);
            _unlisted.RemoveWhere(file => Path.GetDirectoryName(file) == path);
            foreach (var file in _deleted.Keys.Where(file => Path.GetDirectoryName(file) == path).ToList())
            {
                _deleted.Remove(file);
            }
        }
    }

    public void Delete(string path)
    {
        lock (_gate)
        {
            Check();
            if (File.Exists(path) && !_unlisted.Contains(path))
            {
                _deleted[path] = File.ReadAllBytes(path);
            }

            _disk.Delete(path);
        }
    }

    /// <summary>SQLite flushes its log itself, within a commit.</summary>
    public void LogIsFlushed(string folder) => _logFlushed = LogLength(folder);

    /// <summary>Copies to another folder what a machine finds that starts again.</summary>
    public void Cut(string folder, string copy, Random random)
    {
        lock (_gate)
        {
            _off = true;
            Directory.CreateDirectory(Path.Combine(copy, "bodies"));
            foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            {
                var target = Path.Combine(copy, Path.GetRelativePath(folder, file));
                var name = Path.GetFileName(file);
                if (
                    name is "lock" or "holder" or "storage.db-shm"
                    || (_unlisted.Contains(file) && file.Contains("bodies", StringComparison.Ordinal) && random.Next(2) == 0)
                )
                {
                    continue;
                }

                File.Copy(file, target);
                if (_unflushed.Contains(file) && name != "storage.db")
                {
                    Tear(target, from: 0, random);
                }
                else if (name == "storage.db-wal")
                {
                    Tear(target, _logFlushed, random);
                }
            }

            foreach (var (file, bytes) in _deleted.Where(_ => random.Next(2) == 0))
            {
                File.WriteAllBytes(Path.Combine(copy, Path.GetRelativePath(folder, file)), bytes);
            }
        }
    }

    private static long LogLength(string folder) =>
        new FileInfo(Path.Combine(folder, "storage.db-wal")) is { Exists: true } log ? log.Length : 0;

    /// <summary>Beyond what was flushed, a part is there, and a part of that is zeros.</summary>
    private static void Tear(string path, long from, Random random)
    {
        using var file = new FileStream(path, FileMode.Open);
        if (file.Length <= from)
        {
            return;
        }

        file.SetLength(random.NextInt64(from, file.Length + 1));
        if (file.Length > from && random.Next(2) == 0)
        {
            var hole = random.NextInt64(from, file.Length);
            file.Position = hole;
            file.Write(new byte[Math.Min(512, file.Length - hole)]);
        }
    }

    private void Check()
    {
        if (_off)
        {
            throw new PowerCut();
        }
    }
}

internal sealed class PowerCut() : IOException("The power is cut.");
