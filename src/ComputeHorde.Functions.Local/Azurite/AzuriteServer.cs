using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ComputeHorde.Functions.Local.Azurite;

namespace ComputeHorde.Functions.Local;

/// <summary>A running Azurite: blobs, queues and tables of a storage account on loopback. It ends with the process that started it, however
/// that one ends, and saves what it holds first.</summary>
public sealed class AzuriteServer : IAsyncDisposable
{
    /// <summary>Azurite's one fixed, publicly documented account.</summary>
    private const string Account = "devstoreaccount1";

    /// <summary>The key that is built into Azurite and printed in its documentation: it opens nothing else.</summary>
    private const string AccountKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    /// <summary>How long a stop waits for Azurite to save. Beyond that it goes on by itself, and the next start waits for it.</summary>
    private static readonly TimeSpan SavingPatience = TimeSpan.FromMinutes(5);

    private readonly Process _process;
    private readonly AzuriteFolder? _folder;
    private int _disposed;

    private AzuriteServer(Process process, AzuriteFolder? folder, AzuritePorts ports)
    {
        _process = process;
        _folder = folder;
        ProcessId = process.Id;
        BlobEndpoint = Endpoint(ports.Blob);
        QueueEndpoint = Endpoint(ports.Queue);
        TableEndpoint = Endpoint(ports.Table);
    }

    /// <summary>The account's blob address.</summary>
    public Uri BlobEndpoint { get; }

    /// <summary>The account's queue address.</summary>
    public Uri QueueEndpoint { get; }

    /// <summary>The account's table address.</summary>
    public Uri TableEndpoint { get; }

    /// <summary>The process id of Azurite.</summary>
    public int ProcessId { get; }

    /// <summary>The connection string of the account.</summary>
    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={AccountKey};BlobEndpoint={BlobEndpoint};QueueEndpoint={QueueEndpoint};TableEndpoint={TableEndpoint};";

    /// <summary>
    /// Starts Azurite, after installing it where that has not been done yet. With an installation in place it needs no network.
    /// </summary>
    /// <param name="options">How it is started; null for all defaults.</param>
    /// <param name="cancellation">Gives up starting.</param>
    /// <returns>Azurite, listening.</returns>
    /// <exception cref="LocalFunctionsException">Node is missing or too old, the installation failed, a port is taken, or Azurite did not
    /// start for another reason.</exception>
    public static async Task<AzuriteServer> StartAsync(AzuriteOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new AzuriteOptions();
        var tool = await AzuriteTool.PrepareAsync(options, cancellation);
        var folder = options.DataDirectory is null ? null : await AzuriteFolder.OpenAsync(options.DataDirectory, options, cancellation);
        try
        {
            var process = Start(tool, options, folder);
            try
            {
                var ports = await AzuriteOutput.ReadPortsAsync(process, options, cancellation);
                folder?.SavePorts(ports);
                return new AzuriteServer(process, folder, ports);
            }
            catch
            {
                await EndAsync(process, keepsData: false);
                throw;
            }
        }
        catch
        {
            folder?.Dispose();
            throw;
        }
    }

    /// <summary>Stops Azurite.</summary>
    /// <returns>A task that ends when the process has.</returns>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await EndAsync(_process, keepsData: _folder is not null);
        _folder?.Dispose();
    }

    private static Uri Endpoint(int port) => new($"http://127.0.0.1:{port}/{Account}");

    private static Process Start(string tool, AzuriteOptions options, AzuriteFolder? folder)
    {
        var start = new ProcessStartInfo(options.NodePath, Arguments(Ports(options, folder), folder))
        {
            WorkingDirectory = tool,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["AZURITE_FOLLOW_STDIN"] = "1";
        if (folder is not null)
        {
            start.Environment["AZURITE_WRITER_FILE"] = folder.WriterFile;
        }

        return Process.Start(start)!;
    }

    private static AzuritePorts Ports(AzuriteOptions options, AzuriteFolder? folder)
    {
        var usual =
            folder?.ReadPorts()
            ?? (
                options.PrefersDevelopmentPorts && AzuritePorts.Development.All.All(IsFree)
                    ? AzuritePorts.Development
                    : new AzuritePorts(0, 0, 0)
            );
        return new AzuritePorts(
            options.BlobPort == 0 ? usual.Blob : options.BlobPort,
            options.QueuePort == 0 ? usual.Queue : options.QueuePort,
            options.TablePort == 0 ? usual.Table : options.TablePort
        );
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task EndAsync(Process process, bool keepsData)
    {
        using (process)
        {
            if (keepsData && !process.HasExited)
            {
                // Closing its input has it write out what it holds. Whoever killed it on the way would lose that.
                process.StandardInput.Close();
                using var patience = new CancellationTokenSource(SavingPatience, TimeProvider.System);
                await process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            else if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }
    }

    private static List<string> Arguments(AzuritePorts ports, AzuriteFolder? folder)
    {
        List<string> arguments =
        [
            "run.mjs",
            "--silent",
            "--skipApiVersionCheck",
            "--disableTelemetry",
            "--blobHost",
            "127.0.0.1",
            "--blobPort",
            $"{ports.Blob}",
            "--queueHost",
            "127.0.0.1",
            "--queuePort",
            $"{ports.Queue}",
            "--tableHost",
            "127.0.0.1",
            "--tablePort",
            $"{ports.Table}",
        ];
        if (folder is not null)
        {
            arguments.AddRange(["--location", folder.Path]);
        }
        else
        {
            arguments.Add("--inMemoryPersistence");
        }

        return arguments;
    }
}
