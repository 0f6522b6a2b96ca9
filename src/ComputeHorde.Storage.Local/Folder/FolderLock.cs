using System.Diagnostics;
using System.Text;

namespace ComputeHorde.Storage.Local.Folder;

/// <summary>Holds a data folder for one process. The lock is the system's: it ends with the process, however that ends.</summary>
internal sealed class FolderLock : IDisposable
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(50);
    private readonly FileStream _file;

    private FolderLock(FileStream file) => _file = file;

    /// <exception cref="LocalStorageException">Another process holds it, and went on doing so.</exception>
    public static async Task<FolderLock> TakeAsync(string folder, TimeSpan timeout, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                var file = OwnerOnly.Open(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite);
                WriteHolder(folder);
                return new FolderLock(file);
            }
            catch (IOException) when (TimeProvider.System.GetElapsedTime(started) < timeout)
            {
                await Task.Delay(Retry, TimeProvider.System, cancellation);
            }
            catch (IOException held)
            {
                throw new LocalStorageException(
                    $"The data folder {folder} is in use by {Holder(folder)}, and was for {timeout.TotalSeconds:0.#} s: "
                        + "end that, or choose another folder.",
                    held
                );
            }
        }
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Beside the lock, which nobody else can read while it is held.</summary>
    private static void WriteHolder(string folder)
    {
        using var self = Process.GetCurrentProcess();
        using var file = OwnerOnly.Open(HolderPath(folder), FileMode.Create, FileAccess.Write);
        file.Write(Encoding.UTF8.GetBytes($"{self.ProcessName} (process {Environment.ProcessId})"));
    }

    private static string HolderPath(string folder) => Path.Combine(folder, "holder");

    private static string Holder(string folder)
    {
        try
        {
            return File.ReadAllText(HolderPath(folder));
        }
        catch (IOException)
        {
            return "another process";
        }
    }
}
