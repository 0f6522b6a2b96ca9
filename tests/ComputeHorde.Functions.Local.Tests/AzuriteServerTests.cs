using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Azure.Storage.Blobs;

namespace ComputeHorde.Functions.Local.Tests;

public sealed class AzuriteServerTests
{
    [Fact]
    public async Task Start_DataDirectory_KeepsBlobsOverARestartOnTheSamePorts()
    {
        using var data = new TempDirectory();
        data.GivePorts();
        int blobPort,
            queuePort;
        await using (var first = await AzuriteServer.StartAsync(new AzuriteOptions { DataDirectory = data.Path }))
        using (var process = Process.GetProcessById(first.ProcessId))
        {
            (blobPort, queuePort) = (first.BlobEndpoint.Port, first.QueueEndpoint.Port);
            var container = new BlobContainerClient(first.ConnectionString, "kept");
            await container.CreateAsync();
            await container.UploadBlobAsync("a", new BinaryData("x"));
            await first.DisposeAsync();
            Assert.True(process.HasExited);
        }

        await using var second = await AzuriteServer.StartAsync(new AzuriteOptions { DataDirectory = data.Path });

        Assert.Equal((blobPort, queuePort), (second.BlobEndpoint.Port, second.QueueEndpoint.Port));
        Assert.True(await new BlobContainerClient(second.ConnectionString, "kept").GetBlobClient("a").ExistsAsync());
    }

    [Fact]
    public async Task Start_PortTaken_NamesThePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var error = await FailsAsync(new AzuriteOptions { BlobPort = port });

        Assert.Equal($"Azurite cannot listen on 127.0.0.1:{port}: the port is taken. Choose another one, or 0 for a free one.", error);
    }

    [Fact]
    public async Task Start_NodeMissing_SaysWhatToInstall() =>
        Assert.StartsWith(
            "Node was not found ('no-such-node'): install Node 20",
            await FailsAsync(new AzuriteOptions { NodePath = "no-such-node" }),
            StringComparison.Ordinal
        );

    [Fact]
    public async Task Start_NodeTooOld_SaysWhichIsThere()
    {
        using var directory = new TempDirectory();
        var node = Script(directory, "node", "echo v18.19.0");

        Assert.Contains("says 'v18.19.0': update it", await FailsAsync(new AzuriteOptions { NodePath = node }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_InstallationFails_SaysWhereAndWhy()
    {
        using var directory = new TempDirectory();
        var npm = Script(directory, "npm", "echo 'npm error network is unreachable' >&2; exit 7");

        var error = await FailsAsync(new AzuriteOptions { ToolDirectory = directory.Path, NpmPath = npm });

        Assert.Equal(
            $"'npm ci' in {directory.Path} failed with code 7 (npm error network is unreachable): run it there to see why.",
            error
        );
    }

    [Fact]
    public async Task Start_SeveralAtOnceWithoutInstallation_InstallOnce()
    {
        using var directory = new TempDirectory();
        var npm = Script(
            directory,
            "npm",
            "sleep 0.3; echo run >> runs; mkdir -p node_modules/azurite; echo {} > node_modules/azurite/package.json; echo {} > node_modules/.package-lock.json"
        );
        await File.WriteAllTextAsync(Path.Combine(directory.Path, "run.mjs"), "process.exit(3)", TestContext.Current.CancellationToken);
        var options = new AzuriteOptions { ToolDirectory = directory.Path, NpmPath = npm };

        var errors = await Task.WhenAll(FailsAsync(options), FailsAsync(options), FailsAsync(options));

        Assert.All(errors, error => Assert.StartsWith("Azurite ended at once with code 3", error, StringComparison.Ordinal));
        Assert.Single(await File.ReadAllLinesAsync(Path.Combine(directory.Path, "runs"), TestContext.Current.CancellationToken));
    }

    private static async Task<string> FailsAsync(AzuriteOptions options)
    {
        var error = await Assert.ThrowsAsync<LocalFunctionsException>(() => AzuriteServer.StartAsync(options));
        Assert.DoesNotContain('\n', error.Message);
        return error.Message;
    }

    private static string Script(TempDirectory directory, string name, string body)
    {
        var path = Path.Combine(directory.Path, name);
        File.WriteAllText(path, $"#!/bin/sh\n{body}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return path;
    }
}
