using System.Net;
using System.Net.Sockets;
using Azure.Storage.Blobs;
using Azure.Storage.Sas;

namespace ComputeHorde.Storage.Local.Tests.Service;

public sealed class FolderTests
{
    [Fact]
    public async Task Start_Again_HasTheSameKeyPortsAndData()
    {
        using var folder = new TemporaryFolder();
        using var http = new HttpClient();
        string connection;
        Uri signed;
        await using (var first = await LocalStorage.StartAsync(new LocalStorageOptions { DataFolder = folder.Path }))
        {
            connection = first.ConnectionString;
            var blob = (await first.NewContainerAsync()).GetBlobClient("a");
            await blob.UploadAsync(new BinaryData("text"));
            signed = blob.GenerateSasUri(BlobSasPermissions.Read, DateTimeOffset.UtcNow.AddHours(1));
        }

        await using var second = await LocalStorage.StartAsync(new LocalStorageOptions { DataFolder = folder.Path });

        Assert.Equal(connection, second.ConnectionString);
        Assert.Equal("text", await http.GetStringAsync(signed));
    }

    [Fact]
    public async Task Start_InTwoFolders_HasTwoKeys()
    {
        using var one = new TemporaryFolder();
        using var two = new TemporaryFolder();
        await using var first = await LocalStorage.StartAsync(new LocalStorageOptions { DataFolder = one.Path });
        await using var second = await LocalStorage.StartAsync(new LocalStorageOptions { DataFolder = two.Path });

        Assert.NotEqual(new BlobServiceClient(first.ConnectionString).Uri, new BlobServiceClient(second.ConnectionString).Uri);
        Assert.NotEqual(Key(first), Key(second));

        static string Key(LocalStorage storage) =>
            storage.ConnectionString.Split(';').Single(part => part.StartsWith("AccountKey=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Start_PortTaken_SaysSoAndTakesNoOther()
    {
        using var folder = new TemporaryFolder();
        int port;
        await using (var first = await LocalStorage.StartAsync(new LocalStorageOptions { DataFolder = folder.Path }))
        {
            port = first.BlobEndpoint.Port;
        }

        using var other = new TcpListener(IPAddress.Loopback, port);
        other.Start();

        var failure = await Assert.ThrowsAsync<LocalStorageException>(() =>
            LocalStorage.StartAsync(new LocalStorageOptions { DataFolder = folder.Path })
        );
        Assert.Contains($"{port}", failure.Message, StringComparison.Ordinal);
        other.Stop();
        await using var again = await LocalStorage.StartAsync(new LocalStorageOptions { DataFolder = folder.Path });
        Assert.Equal(port, again.BlobEndpoint.Port);
    }

    [Fact]
    public async Task Start_FolderInUse_WaitsThenNamesTheHolder()
    {
        using var folder = new TemporaryFolder();
        var options = new LocalStorageOptions
        {
            DataFolder = folder.Path,
            FolderTimeout = TimeSpan.FromMilliseconds(200),
            Listen = false,
        };
        var first = await LocalStorage.StartAsync(options);

        var failure = await Assert.ThrowsAsync<LocalStorageException>(() => LocalStorage.StartAsync(options));
        Assert.Contains($"process {Environment.ProcessId}", failure.Message, StringComparison.Ordinal);

        var waiting = LocalStorage.StartAsync(
            new LocalStorageOptions
            {
                DataFolder = folder.Path,
                FolderTimeout = TimeSpan.FromMinutes(2),
                Listen = false,
            }
        );
        await first.DisposeAsync();
        await (await waiting).DisposeAsync();
    }

    [Fact]
    public async Task Files_AreReadableByTheirOwnerAlone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        using var parent = new TemporaryFolder();
        var folder = Path.Combine(parent.Path, "data");
        await using var storage = await LocalStorage.StartAsync(new LocalStorageOptions { DataFolder = folder, Listen = false });
        await (await storage.NewContainerAsync()).GetBlobClient("large").UploadAsync(new BinaryData(new byte[100_000]));

#pragma warning disable CA1416 // Skipped on Windows.
        Assert.All(
            Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories),
            file => Assert.True(File.GetUnixFileMode(file) == (UnixFileMode.UserRead | UnixFileMode.UserWrite), file)
        );
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
#pragma warning restore CA1416
        Assert.Single(Directory.EnumerateFiles(Path.Combine(folder, "bodies")));
    }

    [Theory]
    [InlineData(
        "storage.db",
        "no database, but more than a header of bytes that SQLite would look for in vain, one hundred of them at the least: 100"
    )]
    [InlineData("account.json", "{")]
    public async Task Start_DamagedFile_NamesIt(string file, string content)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, file), content);

        var failure = await Assert.ThrowsAsync<LocalStorageException>(() =>
            LocalStorage.StartAsync(new LocalStorageOptions { DataFolder = folder.Path, Listen = false })
        );

        Assert.Contains(file, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_BadOptions_NameFieldAndRule()
    {
        Assert.Contains("AccountName", await MessageAsync(new LocalStorageOptions { AccountName = "No" }), StringComparison.Ordinal);
        Assert.Contains("AccountKey", await MessageAsync(new LocalStorageOptions { AccountKey = "-" }), StringComparison.Ordinal);
        Assert.Contains("QueuePort", await MessageAsync(new LocalStorageOptions { QueuePort = 70000 }), StringComparison.Ordinal);

        static async Task<string> MessageAsync(LocalStorageOptions options) =>
            (await Assert.ThrowsAsync<ArgumentException>(() => LocalStorage.StartAsync(options))).Message;
    }
}
