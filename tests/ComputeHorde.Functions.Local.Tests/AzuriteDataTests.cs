using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Azure;
using Azure.Storage.Blobs;

namespace ComputeHorde.Functions.Local.Tests;

/// <summary>What Azurite holds, and where, over kills of the process that has it as a child.</summary>
public sealed class AzuriteDataTests : IDisposable
{
    private readonly TempDirectory _data = new();

    public AzuriteDataTests() => _data.GivePorts();

    [Fact]
    public async Task Kill_HostUnderWrites_LosesNothingThatWasAnsweredAndKeepsThePorts()
    {
        using var host = await StartParentAsync();
        var container = new BlobContainerClient(host.ConnectionString, "kept");
        await container.CreateAsync();
        var answered = new ConcurrentBag<string>();
        var writers = Enumerable
            .Range(0, 4)
            .Select(writer =>
                Task.Run(async () =>
                {
                    for (var i = 0; ; i++)
                    {
                        var name = $"{writer}-{i}";
                        await container.UploadBlobAsync(name, new BinaryData(name));
                        answered.Add(name);
                    }
                })
            )
            .ToArray();
        await Eventually.TrueAsync(() => answered.Count > 200, "many blobs were written");

        host.Process.Kill();
        foreach (var writer in writers)
        {
            await Assert.ThrowsAnyAsync<Exception>(() => writer);
        }

        // At once, while the one before still saves.
        await using var second = await AzuriteServer.StartAsync(new AzuriteOptions { DataDirectory = _data.Path });
        Assert.Equal(host.ConnectionString, second.ConnectionString);
        var found = new HashSet<string>();
        await foreach (var blob in new BlobContainerClient(second.ConnectionString, "kept").GetBlobsAsync())
        {
            found.Add(blob.Name);
        }

        Assert.Empty(answered.Except(found));
    }

    [Fact]
    public async Task Kill_HostManyTimes_NeverTwoWritersNorOtherPorts()
    {
        string? address = null;
        for (var round = 0; round < 4; round++)
        {
            using var host = await StartParentAsync();
            address ??= host.ConnectionString;
            Assert.Equal(address, host.ConnectionString);
            var container = new BlobContainerClient(address, "rounds");
            await container.CreateIfNotExistsAsync();
            await container.UploadBlobAsync($"{round}", new BinaryData("x"));
            host.Process.Kill();
        }

        await using var last = await AzuriteServer.StartAsync(new AzuriteOptions { DataDirectory = _data.Path });
        var blobs = new List<string>();
        await foreach (var blob in new BlobContainerClient(last.ConnectionString, "rounds").GetBlobsAsync())
        {
            blobs.Add(blob.Name);
        }

        Assert.Equal(["0", "1", "2", "3"], blobs);
    }

    [Fact]
    public async Task Start_DataInUse_WaitsAndThenSaysWhatIsInTheWay()
    {
        await using var first = await AzuriteServer.StartAsync(new AzuriteOptions { DataDirectory = _data.Path });
        var told = new List<string>();

        var error = await Assert.ThrowsAsync<LocalFunctionsException>(() =>
            AzuriteServer.StartAsync(
                new AzuriteOptions
                {
                    DataDirectory = _data.Path,
                    StartTimeout = TimeSpan.FromSeconds(1),
                    Progress = told.Add,
                }
            )
        );

        Assert.Equal($"{_data.Path} is still in use by another process: end that, or give another data directory.", error.Message);
        Assert.Contains($"Waiting for another process, which uses {_data.Path}", told);
    }

    [Fact]
    public async Task Start_PortOfTheDataIsTaken_SaysSoInsteadOfTakingAnother()
    {
        int port;
        await using (var first = await AzuriteServer.StartAsync(new AzuriteOptions { DataDirectory = _data.Path }))
        {
            port = first.BlobEndpoint.Port;
        }

        using var stranger = new TcpListener(IPAddress.Loopback, port);
        stranger.Start();

        var error = await Assert.ThrowsAsync<LocalFunctionsException>(() =>
            AzuriteServer.StartAsync(new AzuriteOptions { DataDirectory = _data.Path })
        );

        Assert.StartsWith(
            $"Azurite cannot listen on 127.0.0.1:{port}: the port is taken. It is that of the data in {_data.Path}",
            error.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Start_ProcessIdLeftBehindBelongsToAnother_HoldsNothingUp()
    {
        var left = Path.Combine(_data.Path, "azurite.pid");
        await File.WriteAllTextAsync(left, $"{Environment.ProcessId}", TestContext.Current.CancellationToken);
        File.SetLastWriteTimeUtc(left, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        await using var azurite = await AzuriteServer.StartAsync(
            new AzuriteOptions { DataDirectory = _data.Path, StartTimeout = TimeSpan.FromMinutes(1) }
        );

        Assert.NotEqual(0, azurite.TableEndpoint.Port);
    }

    public void Dispose() => _data.Dispose();

    private async Task<Parent> StartParentAsync()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "ComputeHorde.Functions.Local.Crasher.dll");
        var start = new ProcessStartInfo("dotnet", ["exec", program, "azurite", _data.Path])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        _ = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        var connectionString = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        return new Parent(process, connectionString ?? throw new InvalidOperationException("Azurite did not start."));
    }

    private sealed record Parent(Process Process, string ConnectionString) : IDisposable
    {
        public void Dispose()
        {
            if (!Process.HasExited)
            {
                Process.Kill();
            }

            Process.Dispose();
        }
    }
}
