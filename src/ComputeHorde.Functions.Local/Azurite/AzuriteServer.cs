using System.Diagnostics;
using ComputeHorde.Functions.Local.Azurite;

namespace ComputeHorde.Functions.Local;

/// <summary>A running Azurite: blobs and queues of a storage account on loopback. It ends with the process that started it, however
/// that one ends.</summary>
public sealed class AzuriteServer : IAsyncDisposable
{
    /// <summary>Azurite's one fixed, publicly documented account.</summary>
    private const string Account = "devstoreaccount1";

    /// <summary>The key that is built into Azurite and printed in its documentation: it opens nothing else.</summary>
    private const string AccountKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly bool _keepsData;
    private int _disposed;

    private AzuriteServer(Process process, bool keepsData, Uri blobAddress, Uri queueAddress)
    {
        _process = process;
        _keepsData = keepsData;
        ProcessId = process.Id;
        BlobEndpoint = new Uri(blobAddress, Account);
        QueueEndpoint = new Uri(queueAddress, Account);
    }

    /// <summary>The account's blob address.</summary>
    public Uri BlobEndpoint { get; }

    /// <summary>The account's queue address.</summary>
    public Uri QueueEndpoint { get; }

    /// <summary>The process id of Azurite.</summary>
    public int ProcessId { get; }

    /// <summary>The connection string of the account.</summary>
    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={AccountKey};BlobEndpoint={BlobEndpoint};QueueEndpoint={QueueEndpoint};";

    /// <summary>Starts Azurite, after installing it where that has not been done yet. With an installation in place it needs no network.</summary>
    /// <param name="options">How it is started; null for all defaults.</param>
    /// <param name="cancellation">Gives up starting.</param>
    /// <returns>Azurite, listening.</returns>
    /// <exception cref="LocalFunctionsException">Node is missing or too old, the installation failed, a port is taken, or Azurite did not
    /// start for another reason.</exception>
    public static async Task<AzuriteServer> StartAsync(AzuriteOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new AzuriteOptions();
        var tool = await AzuriteTool.PrepareAsync(options, cancellation);
        var start = new ProcessStartInfo(options.NodePath, Arguments(options))
        {
            WorkingDirectory = tool,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["AZURITE_FOLLOW_STDIN"] = "1";

        var process = Process.Start(start)!;
        try
        {
            var (blob, queue) = await AzuriteOutput.ReadAddressesAsync(process, options, cancellation);
            return new AzuriteServer(process, options.DataDirectory is not null, blob, queue);
        }
        catch
        {
            await EndAsync(process, keepsData: false);
            throw;
        }
    }

    /// <summary>Stops Azurite.</summary>
    /// <returns>A task that ends when the process has.</returns>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            await EndAsync(_process, _keepsData);
    }

    private static async Task EndAsync(Process process, bool keepsData)
    {
        using (process)
        {
            if (keepsData && !process.HasExited)
            {
                // Closing its input lets it write out what it holds; then it is not asked any more.
                process.StandardInput.Close();
                using var patience = new CancellationTokenSource(StopTimeout, TimeProvider.System);
                await process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }
    }

    private static List<string> Arguments(AzuriteOptions options)
    {
        List<string> arguments =
        [
            "run.mjs", "--silent", "--skipApiVersionCheck", "--disableTelemetry",
            "--blobHost", "127.0.0.1", "--blobPort", options.BlobPort.ToString(),
            "--queueHost", "127.0.0.1", "--queuePort", options.QueuePort.ToString(),
            "--tableHost", "127.0.0.1", "--tablePort", "0",
        ];
        if (options.DataDirectory is { } directory)
            arguments.AddRange(["--location", Path.GetFullPath(directory)]);
        else
            arguments.Add("--inMemoryPersistence");
        return arguments;
    }
}
