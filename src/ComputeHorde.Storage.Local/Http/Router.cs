using ComputeHorde.Storage.Local.Blobs;
using ComputeHorde.Storage.Local.Queues;

namespace ComputeHorde.Storage.Local.Http;

internal sealed class Router(BlobRoutes blobs, QueueRoutes queues)
{
    public Operation Find(StorageRequest request) => request.Kind == StorageKind.Blob ? blobs.Find(request) : queues.Find(request);
}
