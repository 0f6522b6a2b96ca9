using Azure;
using ComputeHorde.Storage.Local.Stores;

namespace ComputeHorde.Storage.Local.Tests.Store;

public sealed class FullDiskTests
{
    [Fact]
    public async Task Put_DiskFull_SaysSoAndGoesOnWhenThereIsSpace()
    {
        using var folder = new TemporaryFolder();
        var disk = new FullDisk();
        await using var storage = await LocalStorage.StartAsync(
            new LocalStorageOptions { DataFolder = folder.Path, Listen = false },
            disk,
            passing: null,
            TestContext.Current.CancellationToken
        );
        var blob = (await storage.NewContainerAsync()).GetBlobClient("large");
        disk.IsFull = true;
        var content = BinaryData.FromBytes(new byte[1 << 20]);

        var refused = await Assert.ThrowsAsync<RequestFailedException>(() =>
            blob.UploadAsync(content, TestContext.Current.CancellationToken)
        );
        Assert.Equal((503, "ServerBusy"), (refused.Status, refused.ErrorCode));
        Assert.Contains("No space left", refused.Message, StringComparison.Ordinal);
        Assert.False(await blob.ExistsAsync(TestContext.Current.CancellationToken));

        disk.IsFull = false;
        await blob.UploadAsync(content, TestContext.Current.CancellationToken);
        Assert.Equal(
            1 << 20,
            (await blob.GetPropertiesAsync(cancellationToken: TestContext.Current.CancellationToken)).Value.ContentLength
        );
    }

    private sealed class FullDisk : IDisk
    {
        private readonly Disk _disk = new();

        public bool IsFull { get; set; }

        public Stream Create(string path) => _disk.Create(path);

        public void Flush(Stream file)
        {
            if (IsFull)
            {
                throw new IOException("No space left on device");
            }

            _disk.Flush(file);
        }

        public void FlushFolder(string path) => _disk.FlushFolder(path);

        public void Delete(string path) => _disk.Delete(path);
    }
}
