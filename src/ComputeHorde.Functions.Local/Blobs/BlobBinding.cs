using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using ComputeHorde.Functions.Local.Invocation;
using ComputeHorde.Functions.Local.Storage;
using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Functions.Local.Blobs;

/// <summary>The parameters of blob triggers and inputs: the blob, or its content.</summary>
internal static class BlobBinding
{
    public static ParameterBinder Trigger(Type type, ValueConverter converter) =>
        async context =>
        {
            var found = (FoundBlob)context.Trigger.Value!;
            return await ReadAsync(found.Container, found.Name, found.ETag, type, converter, context);
        };

    public static ParameterBinder Input(
        BlobInputAttribute input,
        Type type,
        ValueConverter converter,
        StorageClients storage,
        FunctionDescriptor function
    )
    {
        var place = $"Function '{function.Name}', [BlobInput]";
        var path = BlobPath.Parse(storage.Resolve(input.BlobPath, place), place);
        var container = storage.Blobs(input.Connection, place).GetBlobContainerClient(path.Container);
        if (type == typeof(BlobContainerClient))
        {
            return _ => new(container);
        }

        if (path.NamesContainer)
        {
            throw new LocalFunctionsException(
                $"{place}: '{path.Container}' names a container, which only a BlobContainerClient can be bound to: name a blob in it."
            );
        }

        return async context =>
        {
            try
            {
                return await ReadAsync(container, path.Fill(context.Trigger.Data, place), null, type, converter, context);
            }
            catch (RequestFailedException exception) when (exception.Status == 404)
            {
                return null;
            }
        };
    }

    /// <summary>What further parameters can take by name: the blob's facts, and the placeholders of the path.</summary>
    public static IReadOnlyDictionary<string, object?> Data(FoundBlob blob, BlobPath path)
    {
        var data = path.Match(blob.Name)!;
        data["BlobTrigger"] = $"{blob.Container.Name}/{blob.Name}";
        data["Uri"] = blob.Container.GetBlobClient(blob.Name).Uri;
        return data;
    }

    private static async Task<object?> ReadAsync(
        BlobContainerClient container,
        string name,
        ETag? eTag,
        Type type,
        ValueConverter converter,
        LocalFunctionContext context
    )
    {
        if (type.IsAssignableFrom(typeof(BlobClient)) && typeof(BlobBaseClient).IsAssignableFrom(type))
        {
            return container.GetBlobClient(name);
        }

        if (type == typeof(BlockBlobClient))
        {
            return container.GetBlockBlobClient(name);
        }

        if (type == typeof(AppendBlobClient))
        {
            return container.GetAppendBlobClient(name);
        }

        if (type == typeof(PageBlobClient))
        {
            return container.GetPageBlobClient(name);
        }

        if (type == typeof(BlobContainerClient))
        {
            return container;
        }

        var conditions = eTag is null ? null : new BlobRequestConditions { IfMatch = eTag };
        var blob = container.GetBlobClient(name);
        if (type == typeof(Stream))
        {
            // Read in pieces: one download would hold its connection for as long as the function does not read to the end.
            var stream = await blob.OpenReadAsync(
                new BlobOpenReadOptions(allowModifications: false) { Conditions = conditions },
                context.CancellationToken
            );
            context.DisposeAtTheEnd(stream);
            return stream;
        }

        var content = await blob.DownloadContentAsync(conditions, context.CancellationToken);
        return converter.FromBody(content.Value.Content, type);
    }
}

/// <summary>A blob in the version that starts a function.</summary>
internal sealed record FoundBlob(BlobContainerClient Container, string Name, ETag ETag)
{
    /// <summary>The ETag in quotes, which listings leave out.</summary>
    public string Version => ETag.ToString("H");
}
