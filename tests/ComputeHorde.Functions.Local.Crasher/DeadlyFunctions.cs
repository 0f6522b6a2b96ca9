using System.Diagnostics;
using System.Globalization;
using ComputeHorde.Functions.Local;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Functions.Local.Crasher;

/// <summary>
/// A functions host whose functions write a journal; "die" as the content kills the process in the middle of the run, and after so many
/// runs all others stand still until somebody kills it.
/// </summary>
public sealed class DeadlyFunctions(Journal journal)
{
    /// <summary>
    /// Runs until the process is killed. Arguments: the word "functions", connection string, content root, data directory, journal, queue,
    /// container, how many runs there are.
    /// </summary>
    internal static async Task RunAsync(string[] args)
    {
        var assembly = typeof(DeadlyFunctions).Assembly;
        await using var host = await LocalFunctionsHost.StartAsync(
            new LocalFunctionsHostOptions
            {
                FunctionAssemblies = [assembly],
                StorageConnectionString = args[1],
                ContentRoot = args[2],
                DataDirectory = args[3],
                Settings = new Dictionary<string, string?> { ["DeadlyQueue"] = args[5], ["DeadlyContainer"] = args[6] },
                Port = 0,
                QueueLockDuration = TimeSpan.FromSeconds(1),
                ConfigureServices = services =>
                    services.AddSingleton(new Journal(args[4], int.Parse(args[7], CultureInfo.InvariantCulture))),
                ConfigureLogging = logging => logging.ClearProviders(),
            }
        );
        Console.WriteLine("running");
        await Task.Delay(Timeout.Infinite);
    }

    [Function("DeadlyMessage")]
    public void Message([QueueTrigger("%DeadlyQueue%")] string message, long dequeueCount) => Run($"{message} {dequeueCount}", message);

    [Function("DeadlyBlob")]
    public void Blob([BlobTrigger("%DeadlyContainer%/{name}")] string content, string name) => Run(name, content);

    private void Run(string what, string content)
    {
        journal.Write("begin " + what);
        if (content == "die")
        {
            Process.GetCurrentProcess().Kill();
        }

        if (!journal.MayEnd())
        {
            Thread.Sleep(Timeout.Infinite);
        }

        journal.Write("end " + what);
    }
}

/// <summary>Lines that survive the process.</summary>
public sealed class Journal(string path, int runs)
{
    private readonly Lock _gate = new();
    private int _runs;

    internal bool MayEnd() => Interlocked.Increment(ref _runs) <= runs;

    internal void Write(string line)
    {
        lock (_gate)
        {
            File.AppendAllText(path, line + "\n");
        }
    }
}
