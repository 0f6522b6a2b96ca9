using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace ComputeHorde.FallbackEmulator;

/// <summary>A rented machine: runs its command in a folder of its own as a child process, and costs until it is deleted.</summary>
public sealed class EmulatedMachine : IDisposable
{
    private const string Marker = "EMULATED_MACHINE";

    private readonly CloudEmulatorOptions _options;
    private readonly string _folder;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentQueue<LogEntry> _log = new();
    private readonly DateTimeOffset _createdAt;
    private Task _life = Task.CompletedTask;
    private DateTimeOffset? _deletedAt;
    private IDisposable? _busy;
    private int _starts;

    internal EmulatedMachine(
        CloudEmulatorOptions options,
        string id,
        string name,
        decimal price,
        IReadOnlyList<string> command,
        IReadOnlyDictionary<string, string> environment
    )
    {
        (_options, Id, Name, UsdPerHour, Command, _environment) = (options, id, name, price, command, environment);
        _createdAt = options.TimeProvider.GetUtcNow();
        _folder = Directory.CreateTempSubdirectory("machine-").FullName;
    }

    /// <summary>The provider's handle.</summary>
    public string Id { get; }

    /// <summary>The name it was given; need not be the only one.</summary>
    public string Name { get; }

    /// <summary>What it costs, in US dollars an hour.</summary>
    public decimal UsdPerHour { get; }

    /// <summary>What it runs: ENTRYPOINT and CMD, joined.</summary>
    public IReadOnlyList<string> Command { get; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt => _createdAt;

    /// <summary>Whether it still costs.</summary>
    public bool IsThere => _deletedAt is null;

    /// <summary>How often its command was started.</summary>
    public int Starts => Volatile.Read(ref _starts);

    /// <summary>What it has cost so far, by the second.</summary>
    public decimal CostUsd =>
        UsdPerHour * (decimal)Math.Ceiling(((_deletedAt ?? _options.TimeProvider.GetUtcNow()) - _createdAt).TotalSeconds) / 3600;

    /// <summary>How often a job was begun on it, by the wrapper's own lines.</summary>
    public int Executions =>
        _log.Count(static entry =>
            entry.Line.StartsWith("##CH ", StringComparison.Ordinal)
            && entry.Line.EndsWith(" stage volumes_ready", StringComparison.Ordinal)
        );

    /// <summary>What it printed.</summary>
    public IReadOnlyList<LogEntry> Log => [.. _log];

    /// <summary>The exit code of its last end; null while none has ended.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>Whether its processes have all ended and none is started again.</summary>
    public bool HasEnded => _life.IsCompleted && Starts > 0;

    /// <summary>The folder that stands for its root.</summary>
    public string Folder => _folder;

    /// <inheritdoc/>
    public void Dispose() => _end.Dispose();

    /// <summary>Begins to run the command.</summary>
    /// <param name="isRestarted">Whether a command that ends is started again, endlessly.</param>
    /// <param name="timeLimit">After which it is killed; null for never.</param>
    internal void Start(bool isRestarted, TimeSpan? timeLimit) => _life = Task.Run(() => LiveAsync(isRestarted, timeLimit));

    /// <summary>Kills what runs, whatever it is, and leaves the machine as it is.</summary>
    internal async Task StopAsync()
    {
        await _end.CancelAsync();
        KillAll();
        await _life;
        KillAll();
    }

    internal async Task DeleteAsync()
    {
        _deletedAt ??= _options.TimeProvider.GetUtcNow();
        await StopAsync();
        try
        {
            Directory.Delete(_folder, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Deleted twice.
        }
        catch (IOException)
        {
            // A process that is about to die has written once more; the folder is temporary.
        }
    }

    private async Task LiveAsync(bool isRestarted, TimeSpan? timeLimit)
    {
        _busy = _options.Busy?.Invoke();
        using var limit = timeLimit is { } time ? new CancellationTokenSource(time, _options.TimeProvider) : new CancellationTokenSource();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_end.Token, limit.Token);
        do
        {
            try
            {
                await RunOnceAsync(over.Token);
            }
            catch (OperationCanceledException)
            {
                KillAll();
            }

            if (isRestarted && !over.IsCancellationRequested)
            {
                Wipe();
                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, CancellationToken.None);
            }
        } while (isRestarted && !over.IsCancellationRequested);
        if (limit.IsCancellationRequested)
        {
            ExitCode = 137;
        }

        _busy?.Dispose();
    }

    private async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var start = new ProcessStartInfo(Command[0])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = _folder,
        };
        foreach (var argument in Command.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment.Clear();
        start.Environment["PATH"] = _options.Path ?? Environment.GetEnvironmentVariable("PATH");
        start.Environment["HOME"] = _folder;
        start.Environment["CH_ROOT"] = _folder;
        start.Environment["CH_INSTALL"] = "0";
        start.Environment[Marker] = Id;
        foreach (var (name, value) in _options.MachineEnvironment.Concat(_environment))
        {
            start.Environment[name] = value;
        }

        Interlocked.Increment(ref _starts);
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            var output = CollectAsync(process.StandardOutput, cancellationToken);
            var errors = CollectAsync(process.StandardError, cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            await Task.WhenAll(output, errors)
                .WaitAsync(TimeSpan.FromSeconds(1), TimeProvider.System, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ExitCode = process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            _log.Enqueue(new LogEntry(_options.TimeProvider.GetUtcNow(), exception.Message));
            ExitCode = 127;
        }
    }

    private async Task CollectAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            _log.Enqueue(new LogEntry(_options.TimeProvider.GetUtcNow(), line));
            if (line.StartsWith("##CH ", StringComparison.Ordinal) && line.Contains(" result {", StringComparison.Ordinal))
            {
                // What comes now is waiting for somebody to end the machine.
                _busy?.Dispose();
            }
        }
    }

    private void Wipe()
    {
        KillAll();
        foreach (var entry in new DirectoryInfo(_folder).EnumerateFileSystemInfos())
        {
            try
            {
                (entry as DirectoryInfo)?.Delete(recursive: true);
                entry.Delete();
            }
            catch (IOException)
            {
                // Gone already, or written to by a process that is about to die.
            }
        }
    }

    /// <summary>Every process that a machine has started carries its mark, whatever group or parent it has by now.</summary>
    private void KillAll()
    {
        var mark = $"{Marker}={Id}";
        for (var round = 0; round < 5; round++)
        {
            var found = false;
            foreach (
                var folder in Directory
                    .EnumerateDirectories("/proc")
                    .Where(static folder => char.IsAsciiDigit(folder[^1]) && char.IsAsciiDigit(folder["/proc/".Length]))
            )
            {
                try
                {
                    if (File.ReadAllText(folder + "/environ").Split('\0').Contains(mark))
                    {
                        Process.GetProcessById(int.Parse(folder["/proc/".Length..], CultureInfo.InvariantCulture)).Kill();
                        found = true;
                    }
                }
                catch (Exception exception)
                    when (exception
                            is IOException
                                or UnauthorizedAccessException
                                or ArgumentException
                                or InvalidOperationException
                                or System.ComponentModel.Win32Exception
                    )
                {
                    // Another user's, or gone since.
                }
            }

            if (!found)
            {
                return;
            }
        }
    }
}
