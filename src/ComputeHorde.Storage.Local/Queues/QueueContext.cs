using ComputeHorde.Storage.Local.Http;
using ComputeHorde.Storage.Local.Stores;

namespace ComputeHorde.Storage.Local.Queues;

/// <summary>What all queue operations work with.</summary>
internal sealed record QueueContext(IStore Store, TimeProvider Time, Action<MessageAvailable> News)
{
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
