using System.Diagnostics;
using System.Text.RegularExpressions;

namespace ComputeHorde.DurableTask.RealEngine;

/// <summary>
/// Azurite with its blob, queue and table service in memory on free ports, installed from the repository's tool when it is not yet.
/// </summary>
public sealed partial class Azurite : IAsyncDisposable
{
    private const string Account = "devstoreaccount1";
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(2);

    private readonly Process _process;

    private Azurite(Process process, string connectionString) => (_process, ConnectionString) = (process, connectionString);

    public string ConnectionString { get; }

    public static async Task<Azurite> StartAsync()
    {
        using var limit = new CancellationTokenSource(StartTimeout);
        var tool = FindTool();
        if (!File.Exists(Path.Combine(tool, "node_modules", ".package-lock.json")))
        {
            using var npm = Start("npm", tool, "ci", "--no-audit", "--no-fund", "--silent");
            await npm.WaitForExitAsync(limit.Token);
        }

        var process = Start(
            "node",
            tool,
            "run.mjs",
            "--silent",
            "--skipApiVersionCheck",
            "--disableTelemetry",
            "--inMemoryPersistence",
            "--blobPort",
            "0",
            "--queuePort",
            "0",
            "--tablePort",
            "0"
        );
        try
        {
            var addresses = new Dictionary<string, string>();
            while (addresses.Count < 3)
            {
                var line =
                    await process.StandardOutput.ReadLineAsync(limit.Token)
                    ?? throw new InvalidOperationException($"Azurite has ended: {await process.StandardError.ReadToEndAsync(limit.Token)}");
                if (Listening().Match(line) is { Success: true } match)
                {
                    addresses[match.Groups["service"].Value] = match.Groups["address"].Value;
                }
            }

            // What it prints later must not fill its pipe.
            _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            _ = process.StandardError.ReadToEndAsync(CancellationToken.None);
            var endpoints = string.Concat(addresses.Select(service => $"{service.Key}Endpoint={service.Value}/{Account};"));
            return new Azurite(process, $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};{endpoints}");
        }
        catch
        {
            await EndAsync(process);
            throw;
        }
    }

    public ValueTask DisposeAsync() => EndAsync(_process);

    private static async ValueTask EndAsync(Process process)
    {
        using (process)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static Process Start(string program, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // Azurite ends with this process, however that ends.
        start.Environment["AZURITE_FOLLOW_STDIN"] = "1";

        // The usual account, whatever accounts this process has named for an Azurite of its own.
        start.Environment.Remove("AZURITE_ACCOUNTS");
        return Process.Start(start)!;
    }

    private static string FindTool()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var tool = Path.Combine(folder.FullName, "tools", "azurite");
            if (File.Exists(Path.Combine(tool, "run.mjs")))
            {
                return tool;
            }
        }

        throw new InvalidOperationException($"tools/azurite was not found above {AppContext.BaseDirectory}.");
    }

    [GeneratedRegex(
        @"Azurite (?<service>Blob|Queue|Table) service (?:is successfully listening at|successfully listens on) (?<address>http://[^\s/]+)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Listening();
}
