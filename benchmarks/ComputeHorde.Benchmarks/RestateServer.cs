using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;

namespace ComputeHorde.Benchmarks;

/// <summary>
/// Restate's server from npm with the shapes as its services, from <c>tools/restate</c>. It keeps its data in a folder, as it does by
/// default.
/// </summary>
internal sealed class RestateServer : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(1);

    private readonly List<Process> _processes = [];

    private RestateServer(Uri address) => Client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(10) };

    /// <summary>Calls a handler as <c>service/handler</c>.</summary>
    public HttpClient Client { get; }

    /// <summary>Why it cannot be started here, and what to do; null when it can.</summary>
    public static string? Missing =>
        Directory.Exists(Path.Combine(FindTool(), "node_modules"))
            ? null
            : "Restate is left out: run npm ci in tools/restate (220 MB, under the Business Source License) to have its column.";

    public static async Task<RestateServer> StartAsync(string folder)
    {
        var (ingress, admin, node, service) = (FreePort(), FreePort(), FreePort(), FreePort());
        var server = new RestateServer(Address(ingress));
        try
        {
            server.Run("service.mjs", new() { ["RESTATE_LOGGING"] = "ERROR" }, $"{service}");
            server.Run(
                Path.Combine("node_modules", "@restatedev", "restate-server", "lib", "index.js"),
                new()
                {
                    ["RESTATE_BASE_DIR"] = Path.Combine(folder, $"restate-{ingress}"),
                    ["RESTATE_LISTEN_MODE"] = "tcp",
                    ["RESTATE_BIND_IP"] = $"{IPAddress.Loopback}",
                    ["RESTATE_BIND_PORT"] = $"{node}",
                    ["RESTATE_INGRESS__BIND_ADDRESS"] = $"{IPAddress.Loopback}:{ingress}",
                    ["RESTATE_ADMIN__BIND_ADDRESS"] = $"{IPAddress.Loopback}:{admin}",
                    ["RESTATE_LOG_FILTER"] = "off",
                    ["DO_NOT_TRACK"] = "1",
                },
                "--no-logo"
            );
            await RegisterAsync(Address(admin), Address(service));
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        foreach (var process in _processes)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            process.Dispose();
        }
    }

    /// <summary>Both take a moment until they listen.</summary>
    private static async Task RegisterAsync(Uri admin, Uri service)
    {
        using var client = new HttpClient { BaseAddress = admin };
        for (var start = Stopwatch.GetTimestamp(); ; await Task.Delay(200))
        {
            try
            {
                using var answer = await client.PostAsJsonAsync("deployments", new { uri = service });
                answer.EnsureSuccessStatusCode();
                return;
            }
            catch (HttpRequestException) when (Stopwatch.GetElapsedTime(start) < StartTimeout)
            {
                // Not yet.
            }
        }
    }

    private void Run(string script, Dictionary<string, string> settings, string argument)
    {
        var start = new ProcessStartInfo("node", [script, argument])
        {
            WorkingDirectory = FindTool(),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _processes.Add(process);
    }

    private static Uri Address(int port) => new($"http://{IPAddress.Loopback}:{port.ToString(CultureInfo.InvariantCulture)}/");

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string FindTool()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var tool = Path.Combine(folder.FullName, "tools", "restate");
            if (File.Exists(Path.Combine(tool, "service.mjs")))
            {
                return tool;
            }
        }

        throw new InvalidOperationException($"tools/restate was not found above {AppContext.BaseDirectory}.");
    }
}
