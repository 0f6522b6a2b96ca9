using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace ComputeHorde.Functions.Local.Azurite;

/// <summary>The data directory of an Azurite. One at a time writes to it, and it keeps its ports.</summary>
internal sealed class AzuriteFolder : IDisposable
{
    /// <summary>The file that holds the ports.</summary>
    public const string PortsName = "azurite.ports.json";

    private const string LockName = "azurite.lock";
    private const string WriterName = "azurite.pid";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>How much later than its file a process may seem to have begun.</summary>
    private static readonly TimeSpan StartTolerance = TimeSpan.FromSeconds(5);

    private readonly FileStream _lock;
    private readonly string _portsFile;

    private AzuriteFolder(string path, FileStream only)
    {
        (Path, _lock) = (path, only);
        _portsFile = System.IO.Path.Combine(path, PortsName);
        WriterFile = System.IO.Path.Combine(path, WriterName);
    }

    public string Path { get; }

    /// <summary>Where Azurite writes its process id while it may write to the data. It outlives a host that is killed, to save.</summary>
    public string WriterFile { get; }

    /// <summary>Waits until nobody else uses the folder.</summary>
    /// <exception cref="LocalFunctionsException">It cannot be written to, or is in use for longer than the start may take.</exception>
    public static async Task<AzuriteFolder> OpenAsync(string directory, AzuriteOptions options, CancellationToken cancellation)
    {
        var path = System.IO.Path.GetFullPath(directory);
        var started = TimeProvider.System.GetTimestamp();
        FileStream? only = null;
        try
        {
            for (var told = false; ; told = true)
            {
                only ??= TryLock(path);
                var holder = only is null ? "another process" : FindWriter(System.IO.Path.Combine(path, WriterName));
                if (holder is null)
                {
                    return new AzuriteFolder(path, only!);
                }

                if (TimeProvider.System.GetElapsedTime(started) > options.StartTimeout)
                {
                    throw new LocalFunctionsException($"{path} is still in use by {holder}: end that, or give another data directory.");
                }

                if (!told)
                {
                    options.Progress?.Invoke($"Waiting for {holder}, which uses {path}");
                }

                await Task.Delay(Pause, TimeProvider.System, cancellation);
            }
        }
        catch
        {
            only?.Dispose();
            throw;
        }
    }

    /// <summary>The ports of the last start; null when there was none.</summary>
    /// <exception cref="LocalFunctionsException">The file is damaged.</exception>
    public AzuritePorts? ReadPorts()
    {
        try
        {
            return File.Exists(_portsFile) ? JsonSerializer.Deserialize<AzuritePorts>(File.ReadAllText(_portsFile)) : null;
        }
        catch (JsonException exception)
        {
            throw new LocalFunctionsException(
                $"{_portsFile} is not valid JSON ({exception.Message}): correct it, or delete it to have new ports.",
                exception
            );
        }
    }

    /// <summary>Written beside and moved: a crash leaves the old file or the new one.</summary>
    public void SavePorts(AzuritePorts ports)
    {
        File.WriteAllText(_portsFile + ".new", JsonSerializer.Serialize(ports));
        File.Move(_portsFile + ".new", _portsFile, overwrite: true);
    }

    public void Dispose() => _lock.Dispose();

    /// <returns>Null when another process has it.</returns>
    private static FileStream? TryLock(string directory)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(directory);
            }
            else
            {
                Directory.CreateDirectory(directory, OwnerOnly);
            }

            return new FileStream(System.IO.Path.Combine(directory, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or DirectoryNotFoundException)
        {
            throw new LocalFunctionsException(
                $"Azurite cannot write to {directory}: correct its permissions, or give another directory.",
                exception
            );
        }
        catch (IOException) when (Directory.Exists(directory))
        {
            return null;
        }
        catch (IOException exception)
        {
            throw new LocalFunctionsException(
                $"Azurite cannot write to {directory} ({exception.Message}): give another directory.",
                exception
            );
        }
    }

    /// <returns>The Azurite that is still saving; null when there is none.</returns>
    private static string? FindWriter(string file)
    {
        try
        {
            if (!File.Exists(file) || !int.TryParse(File.ReadAllText(file), CultureInfo.InvariantCulture, out var id) || IsZombie(id))
            {
                return null;
            }

            // A process that began after the file was written has only got the number of the one that wrote it.
            using var process = Process.GetProcessById(id);
            return !process.HasExited && process.StartTime.ToUniversalTime() <= File.GetLastWriteTimeUtc(file) + StartTolerance
                ? $"Azurite (process {id})"
                : null;
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>What nobody has collected after its death, as in a container without an init process.</summary>
    private static bool IsZombie(int id)
    {
        if (!OperatingSystem.IsLinux() || !File.Exists($"/proc/{id}/stat"))
        {
            return false;
        }

        var stat = File.ReadAllText($"/proc/{id}/stat");
        return stat.LastIndexOf(')') is var name and > 0 && stat.Length > name + 2 && stat[name + 2] is 'Z' or 'X';
    }
}
