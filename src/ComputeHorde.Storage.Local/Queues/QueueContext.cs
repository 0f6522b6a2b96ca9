using ComputeHorde.Storage.Local.Http;
using ComputeHorde.Storage.Local.Stores;

namespace ComputeHorde.Storage.Local.Queues;

/// <summary>What all queue operations work with.</summary>
internal sealed record QueueContext(IStore Store, QueueClock Time, Action<MessageAvailable> News)
{
    /// <summary>Says that a message can be received, now or later by the machine's clock.</summary>
    public void Announce(string queue, MessageRecord message) => News(new MessageAvailable(queue, Time.OnMachine(message.Due)));

    /// <summary>When the newest message was put.</summary>
    public static DateTimeOffset Newest(IStore store) =>
        store.Read(transaction =>
        {
            var newest = transaction
                .Scan(Tables.Queues, "", "")
                .SelectMany(queue => transaction.Scan(Tables.DueMessages, queue.Key, ""))
                .Select(static message => DueMessage.Order(message.Key))
                .DefaultIfEmpty()
                .Max();
            return new DateTimeOffset(newest, TimeSpan.Zero);
        });

    public static QueueRecord NeedQueue(IReadTransaction transaction, string queue) =>
        transaction.Find(Tables.Queues, "", queue) ?? throw new StorageError(404, "QueueNotFound", "The specified queue does not exist.");

    public static void Remove(IWriteTransaction transaction, string queue, string id, MessageRecord message)
    {
        transaction.Delete(Tables.Messages, queue, id);
        transaction.Delete(Tables.DueMessages, queue, DueMessage.Key(message));
    }

    /// <summary>Puts a message, in the place of its earlier state.</summary>
    public static void Put(IWriteTransaction transaction, string queue, string id, MessageRecord? earlier, MessageRecord message)
    {
        if (earlier is not null)
        {
            transaction.Delete(Tables.DueMessages, queue, DueMessage.Key(earlier));
        }

        transaction.Put(Tables.Messages, queue, id, message);
        transaction.Put(Tables.DueMessages, queue, DueMessage.Key(message), new DueMessage(id, message.Expires));
    }
}
