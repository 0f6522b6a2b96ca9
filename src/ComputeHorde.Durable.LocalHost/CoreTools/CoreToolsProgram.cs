using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using ComputeHorde.Durable.LocalHost.Commands;

namespace ComputeHorde.Durable.LocalHost.CoreTools;

/// <summary>Azure Functions Core Tools on this machine.</summary>
internal sealed class CoreToolsProgram
{
    /// <summary>How to get them, in one line.</summary>
    public const string Advice =
        "Azure Functions Core Tools 4 are needed: npm install --global azure-functions-core-tools@4 (or https://aka.ms/azure-functions-core-tools). The command serve runs the same functions without them.";

    private static readonly TimeSpan VersionTimeout = TimeSpan.FromSeconds(30),
        StopTimeout = TimeSpan.FromSeconds(20);

    private readonly string _program;

    private CoreToolsProgram(string program, string version) => (_program, Version) = (program, version);

    public string Version { get; }

    /// <summary>Finds the program by its name on the path, or by its own path.</summary>
    /// <exception cref="UserException">It is not there, or too old.</exception>
    public static async Task<CoreToolsProgram> FindAsync(string program, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(VersionTimeout);
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo(program, ["--version"]) { RedirectStandardOutput = true, UseShellExecute = false }
            )!;
            var version = (await process.StandardOutput.ReadToEndAsync(limit.Token)).Trim();
            await process.WaitForExitAsync(limit.Token);
            return version.StartsWith('3') || version.StartsWith('2')
                ? throw new UserException($"{program} is version {version}. {Advice}")
                : new CoreToolsProgram(program, version);
        }
        catch (Win32Exception)
        {
            throw new UserException(Advice);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new UserException($"{program} --version gave no answer within {VersionTimeout.TotalSeconds} s.");
        }
    }

    /// <summary>Runs the app until it ends or is stopped.</summary>
    /// <param name="folder">What was built: host.json, functions.metadata and the worker.</param>
    /// <param name="port">The port of its HTTP API.</param>
    /// <param name="cancellationToken">Stops the app as Ctrl+C does.</param>
    /// <returns>The exit code; 0 when it was stopped.</returns>
    public async Task<int> RunAsync(string folder, int port, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(_program, ["start", "--no-build", "--port", port.ToString(CultureInfo.InvariantCulture)])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        try
        {
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            await StopAsync(process);
            return 0;
        }
    }

    private static async Task StopAsync(Process process)
    {
        if (!OperatingSystem.IsWindows())
        {
            using var interrupt = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]);
            using var limit = new CancellationTokenSource(StopTimeout);
            try
            {
                await process.WaitForExitAsync(limit.Token);
                return;
            }
            catch (OperationCanceledException)
            {
                // It does not end by itself.
            }
        }

        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync(CancellationToken.None);
    }
}
