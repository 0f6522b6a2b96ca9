using ComputeHorde.Storage.Local.Blobs;
using ComputeHorde.Storage.Local.Http;
using ComputeHorde.Storage.Local.Stores;

namespace ComputeHorde.Storage.Local.Queues;

internal sealed class Queues(QueueContext context, Uri endpoint)
{
    public async Task<StorageResponse> CreateAsync(StorageRequest request, CancellationToken cancellation)
    {
        var name = request.Scope!;
        Names.CheckQueue(name);
        var metadata = Metadata.Read(request);
        var isNew = await context.Store.WriteAsync(transaction =>
        {
            if (transaction.Find(Tables.Queues, "", name) is { } queue)
            {
                // The same again is no conflict.
                return IsSame(queue.Metadata, metadata)
                    ? false
                    : throw new StorageError(409, "QueueAlreadyExists", "The specified queue already exists.");
            }

            transaction.Put(Tables.Queues, "", name, new QueueRecord(metadata));
            return true;
        });
        return new StorageResponse(isNew ? 201 : 204);
    }

    public async Task<StorageResponse> DeleteAsync(StorageRequest request, CancellationToken cancellation)
    {
        var name = request.Scope!;
        await context.Store.WriteAsync(transaction =>
        {
            QueueContext.NeedQueue(transaction, name);
            transaction.Delete(Tables.Queues, "", name);
            transaction.Clear(Tables.Messages, name);
            transaction.Clear(Tables.DueMessages, name);
            return true;
        });
        return new StorageResponse(204);
    }

    public Task<StorageResponse> GetMetadataAsync(StorageRequest request, CancellationToken cancellation)
    {
        var now = context.Time.GetUtcNow();
        var (queue, count) = context.Store.Read(transaction =>
            (
                QueueContext.NeedQueue(transaction, request.Scope!),
                transaction.Scan(Tables.DueMessages, request.Scope!, "").Count(row => row.Value.Expires > now)
            )
        );
        return Task.FromResult(
            new StorageResponse(200).WithMetadata(queue.Metadata).With("x-ms-approximate-messages-count", count.ToString())
        );
    }

    public async Task<StorageResponse> SetMetadataAsync(StorageRequest request, CancellationToken cancellation)
    {
        var metadata = Metadata.Read(request);
        await context.Store.WriteAsync(transaction =>
        {
            QueueContext.NeedQueue(transaction, request.Scope!);
            transaction.Put(Tables.Queues, "", request.Scope!, new QueueRecord(metadata));
            return true;
        });
        return new StorageResponse(204);
    }

    public Task<StorageResponse> ListAsync(StorageRequest request, CancellationToken cancellation)
    {
        var page = Page.Of(request);
        var rows = context.Store.Read(transaction => page.Rows(transaction, Tables.Queues));
        using var xml = new XmlBody();
        page.WriteStart(xml, endpoint, container: null, delimiter: null);
        xml.Writer.WriteStartElement("Queues");
        foreach (var (name, queue) in rows.Take(page.Size))
        {
            xml.Writer.WriteStartElement("Queue");
            xml.Writer.WriteElementString("Name", name);
            if (page.Includes("metadata"))
            {
                Metadata.Write(xml, queue.Metadata);
            }

            xml.Writer.WriteEndElement();
        }

        xml.Writer.WriteEndElement();
        Page.WriteEnd(xml, rows.Count > page.Size ? rows[page.Size - 1].Key : null);
        return Task.FromResult(new StorageResponse(200).WithXml(xml.ToBytes()));
    }

    private static bool IsSame(Dictionary<string, string> left, Dictionary<string, string> right)
    {
        var names = new Dictionary<string, string>(right, StringComparer.OrdinalIgnoreCase);
        return left.Count == names.Count && left.All(pair => names.TryGetValue(pair.Key, out var value) && value == pair.Value);
    }
}
