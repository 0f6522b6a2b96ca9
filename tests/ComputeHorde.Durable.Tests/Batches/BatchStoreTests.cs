using Azure.Storage.Blobs;
using ComputeHorde.Durable.Batches;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Storage.Local;

namespace ComputeHorde.Durable.Tests.Batches;

public sealed class BatchStoreTests
{
    /// <summary>
    /// Found by the simulator: a summary that was delivered again emptied the results first, and its process died before it had written
    /// them.
    /// </summary>
    /// <param name="lines">20,000 of them are more than one block.</param>
    [Theory]
    [InlineData(1)]
    [InlineData(20_000)]
    public async Task WriteResults_EndsMidway_LeavesTheBlobAsItWas(int lines)
    {
        await using var storage = await LocalStorage.StartAsync(
            new LocalStorageOptions { Listen = false },
            TestContext.Current.CancellationToken
        );
        var service = new BlobServiceClient(storage.ConnectionString, new BlobClientOptions { Transport = storage.Transport });
        var batches = new BatchStore(new BlobContainers(service));
        var blob = service.GetBlobContainerClient(ContainerNames.Results).GetBlobClient("results.jsonl");
        await batches.WriteResultsAsync(blob.Name, Lines(lines), TestContext.Current.CancellationToken);
        var whole = (await blob.DownloadContentAsync(TestContext.Current.CancellationToken)).Value.Content.ToString();
        Assert.Equal(lines, whole.AsSpan().Count('\n'));

        await Assert.ThrowsAsync<TimeoutException>(() =>
            batches.WriteResultsAsync(blob.Name, Lines(lines, fails: true), TestContext.Current.CancellationToken)
        );

        Assert.Equal(whole, (await blob.DownloadContentAsync(TestContext.Current.CancellationToken)).Value.Content.ToString());
    }

    private static async IAsyncEnumerable<BatchResult> Lines(int count, bool fails = false)
    {
        for (var line = 1; line <= count; line++)
        {
            yield return new BatchResult(line, LineStatuses.NotStarted) { Run = new string('r', 250) };
        }

        await Task.Yield();
        if (fails)
        {
            throw new TimeoutException("A chunk could not be read.");
        }
    }
}
