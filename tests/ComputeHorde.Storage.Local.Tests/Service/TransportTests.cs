using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Azure.Storage.Sas;
using Microsoft.Extensions.Time.Testing;

namespace ComputeHorde.Storage.Local.Tests.Service;

public sealed class TransportTests
{
    private static readonly LocalStorageOptions InProcess = new() { Listen = false };

    [Fact]
    public async Task Transport_LargeUploadAndDownload_StreamsTheSameBytes()
    {
        await using var storage = await LocalStorage.StartAsync(InProcess);
        var blob = (await storage.NewContainerAsync()).GetBlobClient("large");
        var bytes = new byte[3_000_017];
        new Random(1).NextBytes(bytes);

        await blob.UploadAsync(new BinaryData(bytes));

        Assert.Equal(bytes, (await blob.DownloadContentAsync()).Value.Content.ToArray());
        await using var stream = await blob.OpenReadAsync(position: 2_999_000);
        var tail = new MemoryStream();
        await stream.CopyToAsync(tail);
        Assert.Equal(bytes[2_999_000..], tail.ToArray());
    }

    [Fact]
    public async Task Transport_UploadInBlocks_IsOneBlob()
    {
        await using var storage = await LocalStorage.StartAsync(InProcess);
        var blob = (await storage.NewContainerAsync()).GetBlockBlobClient("blocks");
        var bytes = new byte[2_500_000];
        new Random(2).NextBytes(bytes);

        await using (var stream = await blob.OpenWriteAsync(overwrite: true, new BlockBlobOpenWriteOptions { BufferSize = 1 << 20 }))
        {
            await stream.WriteAsync(bytes);
        }

        Assert.Equal(bytes, (await blob.DownloadContentAsync()).Value.Content.ToArray());
        var list = (await blob.GetBlockListAsync(BlockListTypes.All)).Value;
        Assert.Equal([1 << 20, 1 << 20, 402_848], list.CommittedBlocks.Select(block => block.SizeLong));
        Assert.Empty(list.UncommittedBlocks);
    }

    [Fact]
    public async Task Transport_SynchronousClient_Works()
    {
        await using var storage = await LocalStorage.StartAsync(InProcess);
        var container = await storage.NewContainerAsync();

#pragma warning disable VSTHRD103 // The synchronous methods are what is tested.
        container.GetBlobClient("a").Upload(new BinaryData("text"));
        Assert.Equal("text", container.GetBlobClient("a").DownloadContent().Value.Content.ToString());
#pragma warning restore VSTHRD103
    }

    [Fact]
    public async Task Transport_CancelledBefore_DoesNothing()
    {
        await using var storage = await LocalStorage.StartAsync(InProcess);
        var blob = (await storage.NewContainerAsync()).GetBlobClient("a");
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => blob.UploadAsync(new BinaryData("text"), cancelled.Token));

        Assert.False(await blob.ExistsAsync());
    }

    [Fact]
    public async Task Transport_ContentThatFails_StoresNothingAndFails()
    {
        await using var storage = await LocalStorage.StartAsync(InProcess);
        var blob = (await storage.NewContainerAsync()).GetBlockBlobClient("a");

        await Assert.ThrowsAnyAsync<Exception>(() => blob.UploadAsync(new FailingStream(1 << 20)));

        Assert.False(await blob.ExistsAsync());
    }

    [Fact]
    public async Task Transport_AnotherHost_IsRefusedByName()
    {
        await using var storage = await LocalStorage.StartAsync(InProcess);
        var elsewhere = new BlobClient(
            new Uri("http://example.invalid/box/a"),
            new BlobClientOptions { Transport = storage.Transport, Retry = { MaxRetries = 0 } }
        );

        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => elsewhere.ExistsAsync());

        Assert.Contains("example.invalid", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Time_OfAProvider_StampsAndExpires()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero));
        await using var storage = await LocalStorage.StartAsync(new LocalStorageOptions { Listen = false, TimeProvider = time });
        var blob = (await storage.NewContainerAsync()).GetBlobClient("a");
        await blob.UploadAsync(new BinaryData("text"));
        var options = new BlobClientOptions { Transport = storage.Transport, Retry = { MaxRetries = 0 } };
        var signed = new BlobClient(blob.GenerateSasUri(BlobSasPermissions.Read, time.GetUtcNow().AddMinutes(1)), options);

        Assert.Equal(time.GetUtcNow(), (await signed.GetPropertiesAsync()).Value.LastModified);
        time.Advance(TimeSpan.FromMinutes(1));

        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => signed.GetPropertiesAsync());
        Assert.Equal((403, "AuthenticationFailed"), (failure.Status, failure.ErrorCode));
    }

    [Fact]
    public async Task News_OfBlobsAndMessages_ComeAfterTheWrite()
    {
        await using var storage = await LocalStorage.StartAsync(InProcess);
        List<string> news = [];
        storage.BlobWritten += blob => news.Add($"{blob.Container}/{blob.Name} {blob.ETag}");
        storage.MessageAvailable += message => news.Add(message.Queue);
        var container = await storage.NewContainerAsync();
        var queue = storage.Queues().GetQueueClient("work");
        await queue.CreateAsync();

        var written = (await container.GetBlobClient("a/b").UploadAsync(new BinaryData("text"))).Value;
        await Assert.ThrowsAsync<RequestFailedException>(() => container.GetBlobClient("a/b").UploadAsync(new BinaryData("text")));
        await queue.SendMessageAsync("m");

        Assert.Equal([$"box/a/b {written.ETag:H}", "work"], news);
    }

    /// <summary>Says that it is longer than it is.</summary>
    private sealed class FailingStream(long length) : MemoryStream(new byte[length])
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            return Position > 500_000
                ? throw new IOException("The disk of the sender failed.")
                : await base.ReadAsync(buffer, cancellationToken);
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken) =>
            throw new IOException("The disk of the sender failed.");
    }
}
