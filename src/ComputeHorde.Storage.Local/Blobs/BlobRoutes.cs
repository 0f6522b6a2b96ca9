using ComputeHorde.Storage.Local.Http;

namespace ComputeHorde.Storage.Local.Blobs;

/// <summary>Which operation of the Blob service a request means, and what it takes to be allowed it.</summary>
internal sealed class BlobRoutes(Containers containers, Listings listings, BlobReads reads, BlobWrites writes, Blocks blocks, Copies copies)
{
    /// <summary>What a request may ask for that this storage does not do: better refused than ignored.</summary>
    private static readonly string[] MissingHeaders =
    [
        "x-ms-lease-id",
        "x-ms-tags",
        "x-ms-if-tags",
        "x-ms-encryption-key",
        "x-ms-encryption-scope",
        "x-ms-immutability-policy-until-date",
        "x-ms-legal-hold",
        "x-ms-structured-body",
        "x-ms-source-lease-id",
        "x-ms-access-tier",
    ];

    private static readonly string[] MissingParameters = ["snapshot", "versionid"];

    public Operation Find(StorageRequest request)
    {
        var operation =
            request.Scope is null ? OfService(request)
            : request.Name is null && (request.Parameter("restype") == "container" || request.Parameter("comp") == "list")
                ? OfContainer(request)
            : OfBlob(request);
        var missing =
            MissingHeaders.FirstOrDefault(name => request.Header(name) is not null)
            ?? MissingParameters.FirstOrDefault(name => request.Parameter(name) is not null);
        return missing is null ? operation : Operation.Missing($"{operation.Name} with {missing}", operation.Level);
    }

    private Operation OfService(StorageRequest request)
    {
        const ResourceLevel level = ResourceLevel.Service;
        return (request.Method, request.Parameter("comp"), request.Parameter("restype")) switch
        {
            ("GET", "list", _) => new("List Containers", level, "", "l", listings.ListContainersAsync),
            ("GET" or "HEAD", "properties", "account") => new("Get Account Information", level, "", "racwdl", AccountInfo.GetAsync),
            ("GET", "properties", _) => new("Get Blob Service Properties", level, "", "r", AccountInfo.GetServicePropertiesAsync),
            ("PUT", "properties", _) => Operation.Missing("Set Blob Service Properties", level),
            ("GET", "stats", _) => throw Errors.InvalidParameter("comp", "stats", "Only a secondary endpoint has them."),
            ("GET", "blobs", _) => Operation.Missing("Find Blobs by Tags", level),
            ("POST", "batch", _) => Operation.Missing("Blob Batch", level),
            ("POST", "userdelegationkey", _) => Operation.Missing("Get User Delegation Key", level),
            ("OPTIONS", _, _) => Operation.Missing("Preflight Blob Request", level),
            _ => throw Unknown(request),
        };
    }

    private Operation OfContainer(StorageRequest request)
    {
        const ResourceLevel level = ResourceLevel.Container;
        return (request.Method, request.Parameter("comp")) switch
        {
            ("PUT", null) => new("Create Container", level, "", "cw", containers.CreateAsync),
            ("GET" or "HEAD", null) => new("Get Container Properties", level, "", "r", containers.GetPropertiesAsync),
            ("GET" or "HEAD", "metadata") => new("Get Container Metadata", level, "", "r", containers.GetPropertiesAsync),
            ("PUT", "metadata") => new("Set Container Metadata", level, "", "w", containers.SetMetadataAsync),
            ("DELETE", null) => new("Delete Container", level, "", "d", containers.DeleteAsync),
            ("GET", "list") => new("List Blobs", level, "l", "l", listings.ListBlobsAsync),
            ("GET" or "HEAD", "properties") => new("Get Account Information", level, "racwdl", "racwdl", AccountInfo.GetAsync),
            ("GET" or "HEAD", "acl") => Operation.Missing("Get Container ACL", level),
            ("PUT", "acl") => Operation.Missing("Set Container ACL", level),
            ("PUT", "lease") => Operation.Missing("Lease Container", level),
            ("PUT", "undelete") => Operation.Missing("Restore Container", level),
            ("GET", "blobs") => Operation.Missing("Find Blobs by Tags in Container", level),
            ("POST", "batch") => Operation.Missing("Blob Batch", level),
            ("OPTIONS", _) => Operation.Missing("Preflight Blob Request", level),
            _ => throw Unknown(request),
        };
    }

    private Operation OfBlob(StorageRequest request)
    {
        const ResourceLevel level = ResourceLevel.Object;
        return (request.Method, request.Parameter("comp")) switch
        {
            ("GET", null) => new("Get Blob", level, "r", "r", reads.GetAsync),
            ("HEAD", null) => new("Get Blob Properties", level, "r", "r", reads.GetPropertiesAsync),
            ("GET" or "HEAD", "metadata") => new("Get Blob Metadata", level, "r", "r", reads.GetMetadataAsync),
            ("PUT", null) => OfPut(request),
            ("PUT", "metadata") => new("Set Blob Metadata", level, "w", "w", writes.SetMetadataAsync),
            ("PUT", "properties") => new("Set Blob Properties", level, "w", "w", writes.SetPropertiesAsync),
            ("DELETE", null) => new("Delete Blob", level, "d", "d", writes.DeleteAsync),
            ("PUT", "block") when request.Header("x-ms-copy-source") is not null => Operation.Missing("Put Block From URL", level),
            ("PUT", "block") => new("Put Block", level, "w", "w", blocks.PutAsync),
            ("PUT", "blocklist") => new("Put Block List", level, "w", "w", blocks.PutListAsync),
            ("GET", "blocklist") => new("Get Block List", level, "r", "r", blocks.GetListAsync),
            ("GET" or "HEAD", "properties") => new("Get Account Information", level, "racwdl", "racwdl", AccountInfo.GetAsync),
            ("PUT", "lease") => Operation.Missing("Lease Blob", level),
            ("PUT", "snapshot") => Operation.Missing("Snapshot Blob", level),
            ("PUT", "copy") => Operation.Missing("Abort Copy Blob", level),
            ("PUT", "tier") => Operation.Missing("Set Blob Tier", level),
            ("GET" or "PUT", "tags") => Operation.Missing(request.Method == "GET" ? "Get Blob Tags" : "Set Blob Tags", level),
            ("PUT", "appendblock") => Operation.Missing("Append Block", level),
            ("PUT", "seal") => Operation.Missing("Append Blob Seal", level),
            ("PUT", "page") => Operation.Missing("Put Page", level),
            ("GET", "pagelist") => Operation.Missing("Get Page Ranges", level),
            ("PUT", "incrementalcopy") => Operation.Missing("Incremental Copy Blob", level),
            ("PUT", "undelete") => Operation.Missing("Undelete Blob", level),
            ("PUT", "expiry") => Operation.Missing("Set Blob Expiry", level),
            ("PUT" or "DELETE", "immutabilityPolicies") => Operation.Missing("Set Blob Immutability Policy", level),
            ("PUT", "legalhold") => Operation.Missing("Set Blob Legal Hold", level),
            ("POST", "query") => Operation.Missing("Query Blob Contents", level),
            ("OPTIONS", _) => Operation.Missing("Preflight Blob Request", level),
            _ => throw Unknown(request),
        };
    }

    private Operation OfPut(StorageRequest request)
    {
        const ResourceLevel level = ResourceLevel.Object;
        var isCopy = request.Header("x-ms-copy-source") is not null;
        return request.Header("x-ms-blob-type") switch
        {
            "BlockBlob" when isCopy => Operation.Missing("Put Blob From URL", level),
            "BlockBlob" => new("Put Blob", level, "cw", "cw", writes.PutAsync),
            "AppendBlob" => Operation.Missing("Put Blob of an append blob", level),
            "PageBlob" => Operation.Missing("Put Blob of a page blob", level),
            null when isCopy => new("Copy Blob", level, "cw", "cw", copies.CopyAsync),
            null => throw Errors.MissingHeader("x-ms-blob-type"),
            var other => throw Errors.InvalidHeader("x-ms-blob-type", other),
        };
    }

    private static StorageError Unknown(StorageRequest request) =>
        request.Parameter("comp") is { } component
            ? Errors.InvalidParameter("comp", component, $"No {request.Method} takes it here.")
            : new StorageError(405, "UnsupportedHttpVerb", "The resource doesn't support specified Http Verb.");
}
