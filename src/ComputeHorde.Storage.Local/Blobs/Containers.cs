using ComputeHorde.Storage.Local.Http;
using ComputeHorde.Storage.Local.Stores;

namespace ComputeHorde.Storage.Local.Blobs;

internal sealed class Containers(BlobContext context)
{
    public async Task<StorageResponse> CreateAsync(StorageRequest request, CancellationToken cancellation)
    {
        var name = request.Scope!;
        Names.CheckContainer(name);
        var container = new ContainerRecord(context.ETags.Next(), context.Time.GetUtcNow(), Metadata.Read(request));
        if (request.Header("x-ms-blob-public-access") is not null)
        {
            throw Errors.PublicAccessNotPermitted();
        }

        await context.Store.WriteAsync(transaction =>
        {
            if (transaction.Find(Tables.Containers, "", name) is not null)
            {
                throw Errors.ContainerAlreadyExists();
            }

            transaction.Put(Tables.Containers, "", name, container);
            return true;
        });
        return Changed(201, container);
    }

    public Task<StorageResponse> GetPropertiesAsync(StorageRequest request, CancellationToken cancellation)
    {
        var container = context.Store.Read(transaction => BlobContext.NeedContainer(transaction, request.Scope!));
        return Task.FromResult(
            Changed(200, container)
                .WithMetadata(container.Metadata)
                .With("x-ms-lease-status", "unlocked")
                .With("x-ms-lease-state", "available")
                .With("x-ms-has-immutability-policy", "false")
                .With("x-ms-has-legal-hold", "false")
        );
    }

    public async Task<StorageResponse> SetMetadataAsync(StorageRequest request, CancellationToken cancellation)
    {
        var metadata = Metadata.Read(request);
        var conditions = Conditions.Read(request);
        return Changed(
            200,
            await context.Store.WriteAsync(transaction =>
            {
                var container = BlobContext.NeedContainer(transaction, request.Scope!);
                conditions.CheckWrite(container.ETag, container.Modified);
                container = new ContainerRecord(context.ETags.Next(), context.Time.GetUtcNow(), metadata);
                transaction.Put(Tables.Containers, "", request.Scope!, container);
                return container;
            })
        );
    }

    public async Task<StorageResponse> DeleteAsync(StorageRequest request, CancellationToken cancellation)
    {
        var name = request.Scope!;
        var conditions = Conditions.Read(request);
        await context.Store.WriteAsync(transaction =>
        {
            var container = BlobContext.NeedContainer(transaction, name);
            conditions.CheckWrite(container.ETag, container.Modified);
            foreach (var (_, blob) in transaction.Scan(Tables.Blobs, name, "").ToList())
            {
                BlobContext.DropSegments(transaction, blob);
            }

            foreach (var (_, block) in transaction.Scan(Tables.Blocks, name, "").ToList())
            {
                transaction.Drop(block.Body);
            }

            transaction.Clear(Tables.Blobs, name);
            transaction.Clear(Tables.Blocks, name);
            transaction.Delete(Tables.Containers, "", name);
            return true;
        });
        return new StorageResponse(202);
    }

    private static StorageResponse Changed(int status, ContainerRecord container) =>
        new StorageResponse(status).With("ETag", container.ETag).With("Last-Modified", HttpDate.Format(container.Modified));
}
