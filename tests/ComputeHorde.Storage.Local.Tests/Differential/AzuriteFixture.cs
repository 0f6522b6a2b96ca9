using System.Diagnostics;
using System.Text.RegularExpressions;

namespace ComputeHorde.Storage.Local.Tests.Differential;

/// <summary>Azurite, in memory, beside a storage of ours with a data folder.</summary>
public sealed partial class AzuriteFixture : IAsyncLifetime
{
    public const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    private readonly TemporaryFolder _folder = new();
    private Process? _process;
    private LocalStorage? _ours;

    internal Wire Azurite { get; private set; } = null!;

    internal Wire Ours { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var tool = FindTool();
        if (!Directory.Exists(Path.Combine(tool, "node_modules", "azurite")))
        {
            await RunAsync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], tool);
        }

        _process = Start(
            "node",
            [
                "run.mjs",
                "--silent",
                "--skipApiVersionCheck",
                "--disableTelemetry",
                "--inMemoryPersistence",
                "--loose",
                "--blobPort",
                "0",
                "--queuePort",
                "0",
                "--tablePort",
                "0",
            ],
            tool
        );
        var blobs = "";
        var queues = "";
        while (blobs.Length == 0 || queues.Length == 0)
        {
            var line =
                await _process.StandardOutput.ReadLineAsync()
                ?? throw new InvalidOperationException(await _process.StandardError.ReadToEndAsync());
            if (Listening().Match(line) is { Success: true } match)
            {
                _ =
                    match.Groups["service"].Value == "Blob"
                        ? blobs = match.Groups["address"].Value
                        : queues = match.Groups["address"].Value;
            }
        }

        Azurite = new Wire(new Uri(blobs), new Uri(queues), Key);
        _ours = await LocalStorage.StartAsync(new LocalStorageOptions { DataFolder = _folder.Path, AccountKey = Key });
        Ours = new Wire(_ours.BlobEndpoint, _ours.QueueEndpoint, Key);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        if (_ours is not null)
        {
            await _ours.DisposeAsync();
        }

        _folder.Dispose();
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

        throw new InvalidOperationException("tools/azurite was not found above the tests.");
    }

    private static async Task RunAsync(string program, string[] arguments, string folder)
    {
        using var process = Start(program, arguments, folder);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program}: {await output}{errors}");
    }

    private static Process Start(string program, string[] arguments, string folder) =>
        Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = folder,
                Environment = { ["AZURITE_FOLLOW_STDIN"] = "1" },
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;

    [GeneratedRegex(
        @"Azurite (?<service>Blob|Queue) service (is successfully listening at|successfully listens on) (?<address>http://\S+)",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Listening();
}
