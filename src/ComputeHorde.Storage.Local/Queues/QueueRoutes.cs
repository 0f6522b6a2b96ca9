using ComputeHorde.Storage.Local.Blobs;
using ComputeHorde.Storage.Local.Http;

namespace ComputeHorde.Storage.Local.Queues;

/// <summary>Which operation of the Queue service a request means, and what it takes to be allowed it.</summary>
internal sealed class QueueRoutes(Queues queues, Messages messages)
{
    public Operation Find(StorageRequest request)
    {
        if (request.Scope is null)
        {
            return OfService(request);
        }

        if (request.Name is null)
        {
            return OfQueue(request);
        }

        return request.Name == "messages" ? OfMessages(request)
            : request.Name.StartsWith("messages/", StringComparison.Ordinal) && request.Name.Length > "messages/".Length
                ? OfMessage(request)
            : throw Errors.ResourceNotFound();
    }

    private Operation OfService(StorageRequest request)
    {
        const ResourceLevel level = ResourceLevel.Service;
        return (request.Method, request.Parameter("comp")) switch
        {
            ("GET", "list") => new("List Queues", level, "", "l", queues.ListAsync),
            ("GET", "properties") => new("Get Queue Service Properties", level, "", "r", AccountInfo.GetServicePropertiesAsync),
            ("PUT", "properties") => Operation.Missing("Set Queue Service Properties", level),
            ("GET", "stats") => throw Errors.InvalidParameter("comp", "stats", "Only a secondary endpoint has them."),
            ("OPTIONS", _) => Operation.Missing("Preflight Queue Request", level),
            _ => throw Unknown(request),
        };
    }

    private Operation OfQueue(StorageRequest request)
    {
        const ResourceLevel level = ResourceLevel.Container;
        return (request.Method, request.Parameter("comp")) switch
        {
            ("PUT", null) => new("Create Queue", level, "", "cw", queues.CreateAsync),
            ("DELETE", null) => new("Delete Queue", level, "", "d", queues.DeleteAsync),
            ("GET" or "HEAD", "metadata") => new("Get Queue Metadata", level, "r", "r", queues.GetMetadataAsync),
            ("PUT", "metadata") => new("Set Queue Metadata", level, "", "w", queues.SetMetadataAsync),
            ("GET" or "HEAD", "acl") => Operation.Missing("Get Queue ACL", level),
            ("PUT", "acl") => Operation.Missing("Set Queue ACL", level),
            ("OPTIONS", _) => Operation.Missing("Preflight Queue Request", level),
            _ => throw Unknown(request),
        };
    }

    private Operation OfMessages(StorageRequest request)
    {
        const ResourceLevel level = ResourceLevel.Object;
        return request.Method switch
        {
            "POST" => new("Put Message", level, "a", "a", messages.PutAsync),
            "GET" when string.Equals(request.Parameter("peekonly"), "true", StringComparison.OrdinalIgnoreCase) => new(
                "Peek Messages",
                level,
                "r",
                "r",
                messages.PeekAsync
            ),
            "GET" => new("Get Messages", level, "p", "p", messages.GetAsync),
            "DELETE" => new("Clear Messages", level, "p", "d", messages.ClearAsync),
            _ => throw Unknown(request),
        };
    }

    private Operation OfMessage(StorageRequest request)
    {
        const ResourceLevel level = ResourceLevel.Object;
        return request.Method switch
        {
            "PUT" => new("Update Message", level, "u", "u", messages.UpdateAsync),
            "DELETE" => new("Delete Message", level, "p", "p", messages.DeleteAsync),
            _ => throw Unknown(request),
        };
    }

    private static StorageError Unknown(StorageRequest request) =>
        request.Parameter("comp") is { } component
            ? Errors.InvalidParameter("comp", component, $"No {request.Method} takes it here.")
            : new StorageError(405, "UnsupportedHttpVerb", "The resource doesn't support specified Http Verb.");
}
