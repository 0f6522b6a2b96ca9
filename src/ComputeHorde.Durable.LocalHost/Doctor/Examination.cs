using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using ComputeHorde.Durable.LocalHost.Commands;
using ComputeHorde.Durable.LocalHost.CoreTools;

namespace ComputeHorde.Durable.LocalHost.Doctor;

/// <summary>The checks of <c>doctor</c>.</summary>
internal static class Examination
{
    private static readonly TimeSpan ToolTimeout = TimeSpan.FromSeconds(30);

    private static readonly (int Port, string Use)[] Ports =
    [
        (7071, "functions (serve and func; --port chooses another)"),
        (8800, "ComputeHorde emulator (emulator and func)"),
        (10000, "blobs of Azurite (func)"),
        (10001, "queues of Azurite (func)"),
        (10002, "tables of Azurite (func)"),
    ];

    public static async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellationToken) =>
        [
            new(Level.Ok, "runtime", $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.RuntimeIdentifier}"),
            await SdkAsync(cancellationToken),
            await NodeAsync(cancellationToken),
            await CoreToolsAsync(cancellationToken),
            .. Ports.Select(static port => PortFinding(port.Port, port.Use)),
            SettingsCheck.Run(),
        ];

    private static async Task<Finding> SdkAsync(CancellationToken cancellationToken) =>
        await VersionAsync("dotnet", cancellationToken) switch
        {
            { } version when Major(version) >= 10 => new(Level.Ok, "sdk", version),
            { } version => new(Level.Missing, "sdk", $"{version}: install the .NET 10 SDK, https://dot.net"),
            null => new(Level.Missing, "sdk", "dotnet is not on the path: install the .NET 10 SDK, https://dot.net"),
        };

    private static async Task<Finding> NodeAsync(CancellationToken cancellationToken) =>
        await VersionAsync("node", cancellationToken) switch
        {
            { } version when Major(version.TrimStart('v')) >= 20 => new(Level.Ok, "node", version),
            { } version => new(Level.Optional, "node", $"{version}: Azurite needs 20 or newer, https://nodejs.org"),
            null => new(Level.Optional, "node", "not on the path: Azurite needs Node 20 or newer, https://nodejs.org"),
        };

    private static async Task<Finding> CoreToolsAsync(CancellationToken cancellationToken)
    {
        try
        {
            return new(Level.Ok, "func", (await CoreToolsProgram.FindAsync("func", cancellationToken)).Version);
        }
        catch (UserException exception)
        {
            return new(Level.Optional, "func", exception.Message);
        }
    }

    private static Finding PortFinding(int port, string use)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port) { ExclusiveAddressUse = true };
        try
        {
            listener.Start();
            return new(Level.Ok, $"port {port}", $"free, for {use}");
        }
        catch (SocketException exception)
        {
            return new(Level.Optional, $"port {port}", $"taken ({exception.SocketErrorCode}): {use}");
        }
    }

    /// <returns>Null when the program is not there or does not answer.</returns>
    private static async Task<string?> VersionAsync(string program, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ToolTimeout);
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo(program, ["--version"]) { RedirectStandardOutput = true, UseShellExecute = false }
            )!;
            var version = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return process.ExitCode == 0 ? version.Trim() : null;
        }
        catch (Exception exception)
            when (exception is Win32Exception || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    private static int Major(string version) => int.TryParse(version.Split('.')[0], out var major) ? major : 0;
}
