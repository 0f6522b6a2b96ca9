using System.ComponentModel;
using System.Diagnostics;
using System.IO.Hashing;
using System.Text;

namespace ComputeHorde.Functions.Local.Azurite;

/// <summary>Finds the Azurite tool of the repository and installs it once, whoever comes first.</summary>
internal static class AzuriteTool
{
    private const int OldestNode = 20;
    private static readonly TimeSpan VersionTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LockRetry = TimeSpan.FromMilliseconds(250);

    /// <returns>The tool's directory, ready to run.</returns>
    /// <exception cref="LocalFunctionsException">The tool or Node is not there, or npm failed.</exception>
    public static async Task<string> PrepareAsync(AzuriteOptions options, CancellationToken cancellation)
    {
        var directory = options.ToolDirectory ?? Find();
        await CheckNodeAsync(options.NodePath, cancellation);
        if (!IsInstalled(directory))
        {
            await InstallAsync(directory, options, cancellation);
        }

        return directory;
    }

    private static string Find()
    {
        foreach (var start in new[] { AppContext.BaseDirectory, Directory.GetCurrentDirectory() })
        {
            for (var parent = new DirectoryInfo(start); parent is not null; parent = parent.Parent)
            {
                var candidate = Path.Combine(parent.FullName, "tools", "azurite");
                if (File.Exists(Path.Combine(candidate, "run.mjs")))
                {
                    return candidate;
                }
            }
        }

        throw new LocalFunctionsException(
            $"tools/azurite was not found above {AppContext.BaseDirectory} or {Directory.GetCurrentDirectory()}: run from within the repository."
        );
    }

    private static async Task CheckNodeAsync(string node, CancellationToken cancellation)
    {
        var (code, output) =
            await RunAsync(node, ["--version"], Directory.GetCurrentDirectory(), VersionTimeout, cancellation)
            ?? throw new LocalFunctionsException(
                $"Node was not found ('{node}'): install Node {OldestNode} or newer, which runs Azurite, the local storage."
            );
        var version = output.Trim();
        if (code != 0 || !version.StartsWith('v') || !int.TryParse(version[1..].Split('.')[0], out var major) || major < OldestNode)
        {
            throw new LocalFunctionsException(
                $"Node {OldestNode} or newer is needed for Azurite, the local storage, but '{node} --version' says '{version}': update it."
            );
        }
    }

    private static async Task InstallAsync(string directory, AzuriteOptions options, CancellationToken cancellation)
    {
        using var only = await LockAsync(directory, options, cancellation);
        if (IsInstalled(directory))
        {
            return;
        }

        options.Progress?.Invoke($"Installing Azurite, the local storage, in {directory} (npm ci; once only)");
        var (code, output) =
            await RunAsync(
                options.NpmPath,
                ["ci", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"],
                directory,
                options.InstallTimeout,
                cancellation
            )
            ?? throw new LocalFunctionsException(
                $"npm was not found ('{options.NpmPath}'): install it with Node; it installs Azurite, the local storage."
            );
        if (code != 0 || !IsInstalled(directory))
        {
            throw new LocalFunctionsException(
                $"'npm ci' in {directory} failed with code {code} ({LastLine(output)}): run it there to see why."
            );
        }
    }

    /// <summary>npm writes this file last.</summary>
    private static bool IsInstalled(string directory) =>
        File.Exists(Path.Combine(directory, "node_modules", ".package-lock.json"))
        && File.Exists(Path.Combine(directory, "node_modules", "azurite", "package.json"));

    /// <summary>One installation at a time on this machine, over all processes.</summary>
    private static async Task<FileStream> LockAsync(string directory, AzuriteOptions options, CancellationToken cancellation)
    {
        // That this assembly uses System.IO.Hashing itself also carries the file along to the programs built on it: Azure.Storage loads it.
        var name = Convert.ToHexStringLower(XxHash64.Hash(Encoding.UTF8.GetBytes(Path.GetFullPath(directory))));
        var path = Path.Combine(Path.GetTempPath(), $"azurite-install-{name}.lock");
        var started = TimeProvider.System.GetTimestamp();
        for (var told = false; ; told = true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (TimeProvider.System.GetElapsedTime(started) < options.InstallTimeout)
            {
                if (!told)
                {
                    options.Progress?.Invoke("Waiting for another process that installs Azurite");
                }

                await Task.Delay(LockRetry, TimeProvider.System, cancellation);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new LocalFunctionsException($"Azurite cannot be installed: {path} stays locked ({exception.Message}).", exception);
            }
        }
    }

    /// <returns>Exit code and output; null when there is no such program.</returns>
    private static async Task<(int Code, string Output)?> RunAsync(
        string program,
        string[] arguments,
        string directory,
        TimeSpan timeout,
        CancellationToken cancellation
    )
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = directory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            return null;
        }

        using (process)
        {
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(timeout);
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                cancellation.ThrowIfCancellationRequested();
                throw new LocalFunctionsException(
                    $"'{program} {string.Join(' ', arguments)}' took longer than {timeout:c} and was ended: check the network, and try again."
                );
            }

            return (process.ExitCode, await output + await errors);
        }
    }

    private static string LastLine(string output) =>
        output
            .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .LastOrDefault(line => !line.Contains(".log", StringComparison.Ordinal))
        ?? "no output";
}
