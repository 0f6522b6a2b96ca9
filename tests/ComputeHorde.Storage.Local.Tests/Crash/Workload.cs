using System.Text;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;
using Azure.Storage.Queues;
using ComputeHorde.Storage.Local.Stores;

namespace ComputeHorde.Storage.Local.Tests.Crash;

/// <summary>
/// One client with blobs and a queue of its own, which knows what was answered, and the one thing that was under way at the end.
/// </summary>
internal sealed class Workload(int client, Random random)
{
    public const string Container = "work";
    private const int Names = 6;
    private readonly Dictionary<string, string?> _blobs = [];
    private readonly HashSet<string> _messages = [];
    private (string Blob, string? Content)? _pendingBlob;
    private string? _pendingMessage;
    private int _count;

    public int Answered { get; private set; }

    private string Queue => $"queue-{client}";

    public async Task RunAsync(BlobServiceClient blobs, QueueServiceClient queues, int operations, CancellationToken cancellation)
    {
        var container = blobs.GetBlobContainerClient(Container);
        var queue = queues.GetQueueClient(Queue);
        await queue.CreateIfNotExistsAsync(cancellationToken: cancellation);
        for (var index = 0; index < operations; index++)
        {
            await StepAsync(container, queue, cancellation);
            (_pendingBlob, _pendingMessage) = (null, null);
            Answered++;
        }
    }

    /// <summary>Whatever was answered is there, whole; what was under way is there, whole, or is not there.</summary>
    public async Task CheckAsync(LocalStorage storage)
    {
        var container = storage.Blobs().GetBlobContainerClient(Container);
        for (var name = 0; name < Names; name++)
        {
            var blob = $"{client}/{name}";
            var found = await ReadAsync(container.GetBlobClient(blob));
            var known = _blobs.GetValueOrDefault(blob);
            if (_pendingBlob is { } pending && pending.Blob == blob && found == pending.Content)
            {
                _blobs[blob] = pending.Content;
                continue;
            }

            Assert.True(
                found == known,
                $"{blob}: {Short(found)} is there, {Short(known)} was answered, {Short(_pendingBlob?.Content)} was under way"
            );
        }

        var stored = storage.Store.Read(transaction =>
            transaction.Scan(Tables.Messages, Queue, "").Select(row => row.Value.Text).ToHashSet()
        );
        var due = storage.Store.Read(transaction => transaction.Scan(Tables.DueMessages, Queue, "").Count());
        Assert.Equal(stored.Count, due);
        stored.SymmetricExceptWith(_messages);
        stored.Remove(_pendingMessage ?? "");
        Assert.True(stored.Count == 0, $"messages {string.Join(", ", stored)} are there and should not be, or the other way around");
        _messages.Clear();
        _messages.UnionWith(
            storage.Store.Read(transaction => transaction.Scan(Tables.Messages, Queue, "").Select(row => row.Value.Text).ToList())
        );
        (_pendingBlob, _pendingMessage) = (null, null);
    }

    private async Task StepAsync(BlobContainerClient container, QueueClient queue, CancellationToken cancellation)
    {
        var name = $"{client}/{random.Next(Names)}";
        var content = $"{client}.{_count++}.{new string((char)('a' + random.Next(26)), Size())}";
        switch (random.Next(10))
        {
            case 0 or 1 when _messages.Count > 0:
                await TakeAsync(queue, cancellation);
                return;
            case <= 2:
                _pendingMessage = $"{client}-{_count}";
                await queue.SendMessageAsync(_pendingMessage, cancellation);
                _messages.Add(_pendingMessage);
                return;
            case 3:
                _pendingBlob = (name, null);
                await container.GetBlobClient(name).DeleteIfExistsAsync(cancellationToken: cancellation);
                _blobs[name] = null;
                return;
            case 4:
                await BlocksAsync(container.GetBlockBlobClient(name), name, content, cancellation);
                return;
            default:
                _pendingBlob = (name, content);
                await container.GetBlobClient(name).UploadAsync(new BinaryData(content), overwrite: true, cancellation);
                _blobs[name] = content;
                return;
        }
    }

    private int Size() => random.Next(4) == 0 ? 70_000 + random.Next(60_000) : random.Next(3_000);

    private async Task BlocksAsync(BlockBlobClient blob, string name, string content, CancellationToken cancellation)
    {
        var half = content.Length / 2;
        await blob.StageBlockAsync("QQ==", new MemoryStream(Encoding.UTF8.GetBytes(content[..half])), cancellationToken: cancellation);
        await blob.StageBlockAsync("Qg==", new MemoryStream(Encoding.UTF8.GetBytes(content[half..])), cancellationToken: cancellation);
        _pendingBlob = (name, content);
        await blob.CommitBlockListAsync(["QQ==", "Qg=="], cancellationToken: cancellation);
        _blobs[name] = content;
    }

    private async Task TakeAsync(QueueClient queue, CancellationToken cancellation)
    {
        var message = (await queue.ReceiveMessageAsync(TimeSpan.FromSeconds(1), cancellation)).Value;
        if (message is null)
        {
            return;
        }

        _pendingMessage = message.Body.ToString();
        await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, cancellation);
        _messages.Remove(_pendingMessage);
    }

    private static async Task<string?> ReadAsync(BlobClient blob)
    {
        try
        {
            return (await blob.DownloadContentAsync()).Value.Content.ToString();
        }
        catch (RequestFailedException failure) when (failure.Status == 404)
        {
            return null;
        }
    }

    private static string Short(string? content) =>
        content is null ? "nothing" : content[..Math.Min(20, content.Length)] + $" ({content.Length})";
}
