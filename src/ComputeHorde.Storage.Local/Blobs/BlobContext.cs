using ComputeHorde.Storage.Local.Http;
using ComputeHorde.Storage.Local.Stores;

namespace ComputeHorde.Storage.Local.Blobs;

/// <summary>What all blob operations work with.</summary>
internal sealed record BlobContext(IStore Store, ETags ETags, TimeProvider Time, Action<BlobWritten> News)
{
    public static string Container(StorageRequest request) =>
        request.Name is null && request.Parameter("restype") is null ? "$root" : request.Scope!;

    public static string Blob(StorageRequest request) => request.Name ?? request.Scope!;

    public static ContainerRecord NeedContainer(IReadTransaction transaction, string container) =>
        transaction.Find(Tables.Containers, "", container) ?? throw Errors.ContainerNotFound();

    public static BlobRecord NeedBlob(IReadTransaction transaction, string container, string blob)
    {
        NeedContainer(transaction, container);
        return transaction.Find(Tables.Blobs, container, blob) ?? throw Errors.BlobNotFound();
    }

    public static void DropSegments(IWriteTransaction transaction, BlobRecord blob, HashSet<long>? except = null)
    {
        foreach (var body in blob.Segments.Select(static segment => segment.Body).Distinct().Where(body => except?.Contains(body) != true))
        {
            transaction.Drop(body);
        }
    }

    /// <summary>Drops the blocks that wait to be committed to a blob.</summary>
    public static void DropBlocks(IWriteTransaction transaction, string container, string blob, HashSet<long>? except = null)
    {
        foreach (var (key, block) in WaitingBlocks(transaction, container, blob).ToList())
        {
            transaction.Delete(Tables.Blocks, container, key);
            if (except?.Contains(block.Body) != true)
            {
                transaction.Drop(block.Body);
            }
        }
    }

    public static IEnumerable<KeyValuePair<string, BlockRecord>> WaitingBlocks(
        IReadTransaction transaction,
        string container,
        string blob
    ) =>
        transaction
            .Scan(Tables.Blocks, container, BlockRecord.FirstKey(blob))
            .TakeWhile(row => row.Key.StartsWith(BlockRecord.FirstKey(blob), StringComparison.Ordinal));
}
