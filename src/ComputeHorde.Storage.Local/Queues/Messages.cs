using System.Text;
using System.Xml;
using ComputeHorde.Storage.Local.Http;
using ComputeHorde.Storage.Local.Stores;

namespace ComputeHorde.Storage.Local.Queues;

internal sealed class Messages(QueueContext context)
{
    private const int LargestText = 64 << 10;

    /// <summary>Markup and escapes beside the text.</summary>
    private const int LargestBody = 8 * LargestText;

    private const int LongestWait = 7 * 24 * 60 * 60;
    private const int MostAtOnce = 32;
    private static readonly DateTimeOffset Never = HttpDate.Seconds(DateTimeOffset.MaxValue);
    private long _order;

    public async Task<StorageResponse> PutAsync(StorageRequest request, CancellationToken cancellation)
    {
        var queue = request.Scope!;
        var text = await ReadTextAsync(request, cancellation) ?? throw Errors.InvalidXml();
        var wait = Number(request, "visibilitytimeout", 0, LongestWait) ?? 0;
        var life = Number(request, "messagettl", -1, long.MaxValue) ?? LongestWait;
        if (life == 0)
        {
            throw Errors.InvalidParameter(
                "messagettl",
                "0",
                "Value must be greater than or equal to 1, or -1 to indicate an infinite TTL."
            );
        }

        if (life > 0 && wait >= life)
        {
            throw Errors.InvalidParameter("visibilitytimeout", wait.ToString(), "messagettl must be greater than visibilitytimeout.");
        }

        var id = Guid.NewGuid().ToString();
        var message = await context.Store.WriteAsync(transaction =>
        {
            QueueContext.NeedQueue(transaction, queue);
            var now = context.Time.GetUtcNow();
            _order = Math.Max(_order + 1, now.UtcTicks);
            var expires = life < 0 || life > (Never - now).TotalSeconds ? Never : now.AddSeconds(life);
            var put = new MessageRecord(text, now, expires, now.AddSeconds(wait), _order, DequeueCount: 0, NewReceipt());
            QueueContext.Put(transaction, queue, id, earlier: null, put);
            return put;
        });
        context.Announce(queue, message);
        return new StorageResponse(201).WithXml(MessageXml.Sent(id, message));
    }

    public async Task<StorageResponse> GetAsync(StorageRequest request, CancellationToken cancellation)
    {
        var queue = request.Scope!;
        var most = (int)(Number(request, "numofmessages", 1, MostAtOnce) ?? 1);
        var wait = Number(request, "visibilitytimeout", 1, LongestWait) ?? 30;
        var now = context.Time.GetUtcNow();

        // Most looks into a queue find nothing, and then there is nothing to write.
        if (
            !context.Store.Read(transaction =>
            {
                QueueContext.NeedQueue(transaction, queue);
                return Due(transaction, queue, now).Any();
            })
        )
        {
            return new StorageResponse(200).WithXml(MessageXml.Taken([]));
        }

        var taken = await context.Store.WriteAsync(transaction =>
        {
            QueueContext.NeedQueue(transaction, queue);
            var expired = Due(transaction, queue, now).Take(most).Where(row => row.Value.Expires <= now).ToList();
            foreach (var (_, gone) in expired)
            {
                QueueContext.Remove(transaction, queue, gone.Id, transaction.Find(Tables.Messages, queue, gone.Id)!);
            }

            List<(string, MessageRecord)> messages = [];
            foreach (var (_, due) in Due(transaction, queue, now).Where(row => row.Value.Expires > now).Take(most).ToList())
            {
                var earlier = transaction.Find(Tables.Messages, queue, due.Id)!;
                var message = earlier with { Due = now.AddSeconds(wait), DequeueCount = earlier.DequeueCount + 1, Receipt = NewReceipt() };
                QueueContext.Put(transaction, queue, due.Id, earlier, message);
                messages.Add((due.Id, message));
            }

            return messages;
        });
        foreach (var (_, message) in taken)
        {
            context.Announce(queue, message);
        }

        return new StorageResponse(200).WithXml(MessageXml.Taken(taken));
    }

    public Task<StorageResponse> PeekAsync(StorageRequest request, CancellationToken cancellation)
    {
        var queue = request.Scope!;
        var most = (int)(Number(request, "numofmessages", 1, MostAtOnce) ?? 1);
        var now = context.Time.GetUtcNow();
        var messages = context.Store.Read(transaction =>
        {
            QueueContext.NeedQueue(transaction, queue);
            return Due(transaction, queue, now)
                .Where(row => row.Value.Expires > now)
                .Take(most)
                .Select(row => (row.Value.Id, transaction.Find(Tables.Messages, queue, row.Value.Id)!))
                .ToList();
        });
        return Task.FromResult(new StorageResponse(200).WithXml(MessageXml.Peeked(messages)));
    }

    public async Task<StorageResponse> ClearAsync(StorageRequest request, CancellationToken cancellation)
    {
        var queue = request.Scope!;
        await context.Store.WriteAsync(transaction =>
        {
            QueueContext.NeedQueue(transaction, queue);
            transaction.Clear(Tables.Messages, queue);
            transaction.Clear(Tables.DueMessages, queue);
            return true;
        });
        return new StorageResponse(204);
    }

    public async Task<StorageResponse> UpdateAsync(StorageRequest request, CancellationToken cancellation)
    {
        var queue = request.Scope!;
        var wait = Number(request, "visibilitytimeout", 0, LongestWait) ?? throw Errors.MissingParameter("visibilitytimeout");
        var text = await ReadTextAsync(request, cancellation);
        var message = await context.Store.WriteAsync(transaction =>
        {
            var (id, earlier) = InHand(transaction, request);
            var due = context.Time.GetUtcNow().AddSeconds(wait);
            var changed = earlier with { Text = text ?? earlier.Text, Due = due, Receipt = NewReceipt() };
            QueueContext.Put(transaction, queue, id, earlier, changed);
            return changed;
        });
        context.Announce(queue, message);
        return new StorageResponse(204)
            .With("x-ms-popreceipt", message.Receipt)
            .With("x-ms-time-next-visible", HttpDate.Format(message.Due));
    }

    public async Task<StorageResponse> DeleteAsync(StorageRequest request, CancellationToken cancellation)
    {
        await context.Store.WriteAsync(transaction =>
        {
            var (id, message) = InHand(transaction, request);
            QueueContext.Remove(transaction, request.Scope!, id, message);
            return true;
        });
        return new StorageResponse(204);
    }

    private (string Id, MessageRecord Message) InHand(IWriteTransaction transaction, StorageRequest request)
    {
        var receipt = request.Parameter("popreceipt") ?? throw Errors.MissingParameter("popreceipt");
        var id = request.Name!["messages/".Length..];
        QueueContext.NeedQueue(transaction, request.Scope!);
        var message = transaction.Find(Tables.Messages, request.Scope!, id);
        if (message is null || message.Expires <= context.Time.GetUtcNow())
        {
            throw new StorageError(404, "MessageNotFound", "The specified message does not exist.");
        }

        return message.Receipt == receipt
            ? (id, message)
            : throw new StorageError(
                400,
                "PopReceiptMismatch",
                "The specified pop receipt did not match the pop receipt for a dequeued message."
            );
    }

    private static IEnumerable<KeyValuePair<string, DueMessage>> Due(IReadTransaction transaction, string queue, DateTimeOffset now)
    {
        var after = DueMessage.After(now);
        return transaction.Scan(Tables.DueMessages, queue, "").TakeWhile(row => string.CompareOrdinal(row.Key, after) < 0);
    }

    private static string NewReceipt() => Convert.ToBase64String(Guid.NewGuid().ToByteArray());

    private static long? Number(StorageRequest request, string name, long least, long most)
    {
        if (request.Parameter(name) is not { } text)
        {
            return null;
        }

        if (!long.TryParse(text, out var number))
        {
            throw Errors.InvalidParameter(name, text, "It is a number.");
        }

        return number >= least && number <= most ? number : throw Errors.ParameterOutOfRange(name, text, least, most);
    }

    /// <returns>Null when there is no text, which is not the same as an empty one.</returns>
    private static async Task<string?> ReadTextAsync(StorageRequest request, CancellationToken cancellation)
    {
        var body = await RequestBody.ReadAsync(request, LargestBody, cancellation);
        if (body.Length == 0)
        {
            return null;
        }

        try
        {
            using var xml = XmlBody.Read(body);
            if (!xml.ReadToFollowing("MessageText"))
            {
                return null;
            }

            var text = xml.ReadElementContentAsString();
            while (xml.Read())
            {
                // To its end: what follows must be XML as well.
            }

            return Encoding.UTF8.GetByteCount(text) <= LargestText ? text : throw Errors.BodyTooLarge(LargestText);
        }
        catch (XmlException)
        {
            throw Errors.InvalidXml();
        }
    }
}
