using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Azure.Storage.Queues;
using Azure.Storage.Sas;

namespace ComputeHorde.Storage.Local.Tests.Differential;

/// <summary>The same program with the SDK's clients on Azurite and on our storage: it sees the same.</summary>
public sealed class SdkDifferentialTests(AzuriteFixture fixture) : IClassFixture<AzuriteFixture>
{
    [Fact]
    public async Task Blobs_OfTheSdk_SeeTheSame() =>
        Assert.Equal(await RunBlobsAsync(fixture.Azurite.ConnectionString), await RunBlobsAsync(fixture.Ours.ConnectionString));

    [Fact]
    public async Task Queues_OfTheSdk_SeeTheSame() =>
        Assert.Equal(await RunQueuesAsync(fixture.Azurite.ConnectionString), await RunQueuesAsync(fixture.Ours.ConnectionString));

    private static async Task<List<string>> RunBlobsAsync(string connection)
    {
        var container = Clients.BlobsOverHttp(connection).GetBlobContainerClient($"sdk{Guid.NewGuid():N}");
        List<string> seen = [];
        async Task SeeAsync(string what, Func<Task<string>> act) => seen.Add($"{what}: {await OutcomeAsync(act)}");

        var blob = container.GetBlobClient("a/b c&ü.json");
        var blocks = container.GetBlockBlobClient("blocks");
        var bytes = new byte[300_000];
        new Random(5).NextBytes(bytes);
        await SeeAsync(
            "upload without a container",
            async () => $"{(await blob.UploadAsync(new BinaryData("x"))).GetRawResponse().Status}"
        );
        await SeeAsync("container is there", async () => $"{await container.ExistsAsync()}");
        await SeeAsync("create", async () => $"{(await container.CreateIfNotExistsAsync())?.GetRawResponse().Status}");
        await SeeAsync("create again", async () => $"{await container.CreateIfNotExistsAsync() is null}");
        await SeeAsync("blob is there", async () => $"{await blob.ExistsAsync()}");
        await SeeAsync("upload", async () => $"{(await blob.UploadAsync(new BinaryData("one"))).GetRawResponse().Status}");
        await SeeAsync("upload again", async () => $"{(await blob.UploadAsync(new BinaryData("two"))).GetRawResponse().Status}");
        await SeeAsync(
            "overwrite",
            async () => $"{(await blob.UploadAsync(new BinaryData("two"), overwrite: true)).GetRawResponse().Status}"
        );
        await SeeAsync("content", async () => (await blob.DownloadContentAsync()).Value.Content.ToString());
        await SeeAsync(
            "metadata",
            async () => $"{(await blob.SetMetadataAsync(new Dictionary<string, string> { ["Key"] = "v w" })).GetRawResponse().Status}"
        );
        await SeeAsync(
            "headers",
            async () =>
                $"{(await blob.SetHttpHeadersAsync(new BlobHttpHeaders { ContentType = "a/b", CacheControl = "none" })).GetRawResponse().Status}"
        );
        await SeeAsync("properties", async () => Text((await blob.GetPropertiesAsync()).Value));
        await SeeAsync(
            "stale write",
            async () =>
                $"{(await blob.UploadAsync(new BinaryData("x"), new BlobUploadOptions { Conditions = new BlobRequestConditions { IfMatch = new ETag("\"0x1\"") } })).GetRawResponse().Status}"
        );
        await SeeAsync(
            "stale metadata",
            async () =>
                $"{(await blob.SetMetadataAsync(new Dictionary<string, string>(), new BlobRequestConditions { IfMatch = new ETag("\"0x1\"") })).GetRawResponse().Status}"
        );
        await SeeAsync(
            "large",
            async () => $"{(await container.GetBlobClient("large").UploadAsync(new BinaryData(bytes))).GetRawResponse().Status}"
        );
        await SeeAsync(
            "large content",
            async () =>
                $"{(await container.GetBlobClient("large").DownloadContentAsync()).Value.Content.ToArray().AsSpan().SequenceEqual(bytes)}"
        );
        await SeeAsync(
            "range",
            async () =>
                Convert.ToBase64String(
                    (
                        await container
                            .GetBlobClient("large")
                            .DownloadContentAsync(new BlobDownloadOptions { Range = new HttpRange(1000, 10) })
                    ).Value.Content.ToArray()
                )
        );
        await SeeAsync(
            "open read",
            async () =>
            {
                await using var stream = await container
                    .GetBlobClient("large")
                    .OpenReadAsync(new BlobOpenReadOptions(false) { BufferSize = 10_000, Position = 250_000 });
                using var copy = new MemoryStream();
                await stream.CopyToAsync(copy);
                return $"{copy.ToArray().AsSpan().SequenceEqual(bytes.AsSpan(250_000))}";
            }
        );
        await SeeAsync(
            "open write",
            async () =>
            {
                await using (
                    var stream = await blocks.OpenWriteAsync(overwrite: true, new BlockBlobOpenWriteOptions { BufferSize = 1 << 20 })
                )
                {
                    await stream.WriteAsync(bytes);
                    await stream.FlushAsync();
                    await stream.WriteAsync(bytes);
                }

                var list = (await blocks.GetBlockListAsync(BlockListTypes.All)).Value;
                return $"{string.Join(',', list.CommittedBlocks.Select(block => block.SizeLong))} {list.UncommittedBlocks.Count()} {(await blocks.GetPropertiesAsync()).Value.ContentLength}";
            }
        );
        await SeeAsync(
            "listing",
            async () =>
            {
                List<string> names = [];
                await foreach (
                    var page in container
                        .GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, prefix: null, CancellationToken.None)
                        .AsPages(pageSizeHint: 2)
                )
                {
                    names.Add(
                        string.Join(
                            ',',
                            page.Values.Select(item =>
                                $"{item.Name} {item.Properties.ContentLength} {string.Join(' ', item.Metadata ?? new Dictionary<string, string>())}"
                            )
                        )
                    );
                }

                return string.Join('|', names);
            }
        );
        await SeeAsync(
            "hierarchy",
            async () =>
            {
                List<string> names = [];
                await foreach (
                    var item in container.GetBlobsByHierarchyAsync(
                        BlobTraits.None,
                        BlobStates.None,
                        "/",
                        prefix: null,
                        CancellationToken.None
                    )
                )
                {
                    names.Add(item.IsPrefix ? $"[{item.Prefix}]" : item.Blob.Name);
                }

                return string.Join('|', names);
            }
        );
        await SeeAsync(
            "presigned",
            async () =>
            {
                var signed = new BlobClient(
                    blob.GenerateSasUri(
                        new BlobSasBuilder(BlobSasPermissions.Read, DateTimeOffset.UtcNow.AddHours(1))
                        {
                            BlobContainerName = container.Name,
                            BlobName = blob.Name,
                            ContentDisposition = "attachment",
                            ContentType = "x/y",
                        }
                    )
                );
                var found = (await signed.DownloadContentAsync()).Value;
                return $"{found.Content} {found.Details.ContentType} {found.Details.ContentDisposition}";
            }
        );
        await SeeAsync("delete", async () => $"{await blob.DeleteIfExistsAsync()} {await blob.DeleteIfExistsAsync()}");
        await SeeAsync("gone", async () => (await blob.DownloadContentAsync()).Value.Content.ToString());
        await SeeAsync("delete container", async () => $"{await container.DeleteIfExistsAsync()}");
        await SeeAsync(
            "list what is gone",
            async () => $"{await container.GetBlobsAsync(BlobTraits.None, BlobStates.None, null, CancellationToken.None).CountAsync()}"
        );
        return seen;
    }

    private static async Task<List<string>> RunQueuesAsync(string connection)
    {
        var queue = new QueueClient(
            connection,
            $"sdk{Guid.NewGuid():N}",
            new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64, Retry = { MaxRetries = 0 } }
        );
        List<string> seen = [];
        async Task SeeAsync(string what, Func<Task<string>> act) => seen.Add($"{what}: {await OutcomeAsync(act)}");

        await SeeAsync("send to nothing", async () => $"{(await queue.SendMessageAsync("x")).GetRawResponse().Status}");
        await SeeAsync("is there", async () => $"{await queue.ExistsAsync()}");
        await SeeAsync("create", async () => $"{(await queue.CreateIfNotExistsAsync())?.Status}");
        await SeeAsync("create again", async () => $"{await queue.CreateIfNotExistsAsync() is null}");
        await SeeAsync(
            "send",
            async () =>
                $"{(await queue.SendMessageAsync("one")).Value.MessageId.Length} {(await queue.SendMessageAsync("two <ü>")).Value.MessageId.Length}"
        );
        await SeeAsync(
            "peek",
            async () =>
                string.Join('|', (await queue.PeekMessagesAsync(32)).Value.Select(message => $"{message.Body} {message.DequeueCount}"))
        );
        await SeeAsync("count", async () => $"{(await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount}");
        await SeeAsync(
            "receive",
            async () =>
            {
                var messages = (await queue.ReceiveMessagesAsync(32, TimeSpan.FromMinutes(1))).Value;
                var text = string.Join('|', messages.Select(message => $"{message.Body} {message.DequeueCount}"));
                var updated = (await queue.UpdateMessageAsync(messages[0].MessageId, messages[0].PopReceipt, "three", TimeSpan.Zero)).Value;
                var stale = await OutcomeAsync(async () =>
                    $"{(await queue.DeleteMessageAsync(messages[0].MessageId, messages[0].PopReceipt)).Status}"
                );
                return $"{text}, stale {stale}, {(await queue.DeleteMessageAsync(messages[1].MessageId, messages[1].PopReceipt)).Status} {updated.PopReceipt.Length > 0}";
            }
        );
        await SeeAsync(
            "receive again",
            async () =>
                string.Join('|', (await queue.ReceiveMessagesAsync(32)).Value.Select(message => $"{message.Body} {message.DequeueCount}"))
        );
        await SeeAsync("nothing due", async () => $"{(await queue.ReceiveMessageAsync()).Value is null}");
        await SeeAsync(
            "clear",
            async () => $"{(await queue.ClearMessagesAsync()).Status} {(await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount}"
        );
        await SeeAsync("delete", async () => $"{await queue.DeleteIfExistsAsync()} {await queue.DeleteIfExistsAsync()}");
        return seen;
    }

    private static string Text(BlobProperties properties) =>
        $"{properties.ContentLength} {properties.ContentType} {properties.CacheControl} {properties.BlobType} {string.Join(' ', properties.Metadata)}";

    private static async Task<string> OutcomeAsync(Func<Task<string>> act)
    {
        try
        {
            return await act();
        }
        catch (RequestFailedException failure)
        {
            return $"{failure.Status} {failure.ErrorCode}";
        }
    }
}
