using ComputeHorde.Storage.Local.Blobs;
using ComputeHorde.Storage.Local.Queues;

namespace ComputeHorde.Storage.Local.Stores;

internal static class Tables
{
    /// <summary>By name; the scope is empty.</summary>
    public static readonly Table<ContainerRecord> Containers = new("containers", RecordsJson.Default.ContainerRecord);

    /// <summary>By container and name.</summary>
    public static readonly Table<BlobRecord> Blobs = new("blobs", RecordsJson.Default.BlobRecord);

    /// <summary>Blocks that no list has committed yet: by container, and blob and block id with a zero between.</summary>
    public static readonly Table<BlockRecord> Blocks = new("blocks", RecordsJson.Default.BlockRecord);

    /// <summary>By name; the scope is empty.</summary>
    public static readonly Table<QueueRecord> Queues = new("queues", RecordsJson.Default.QueueRecord);

    /// <summary>By queue and message id.</summary>
    public static readonly Table<MessageRecord> Messages = new("messages", RecordsJson.Default.MessageRecord);

    /// <summary>By queue and <see cref="DueMessage.Key"/>: the messages in the order in which they are to be handed out.</summary>
    public static readonly Table<DueMessage> DueMessages = new("due_messages", RecordsJson.Default.DueMessage);

    public static readonly string[] Names = [Containers.Name, Blobs.Name, Blocks.Name, Queues.Name, Messages.Name, DueMessages.Name];
}
