using ComputeHorde.Storage.Local.Http;

namespace ComputeHorde.Storage.Local.Blobs;

/// <summary>The HTTP headers that a blob keeps for its readers. The MD5 is in Base64, as it is sent.</summary>
internal sealed record BlobHeaders(
    string? ContentType,
    string? ContentEncoding,
    string? ContentLanguage,
    string? ContentDisposition,
    string? CacheControl,
    string? ContentMd5
)
{
    private const string DefaultType = "application/octet-stream";

    /// <summary>Of Put Blob, where the plain headers count when Azure's own are not there.</summary>
    public static BlobHeaders OfWholeBlob(StorageRequest request, string contentMd5) =>
        new(
            request.Header("x-ms-blob-content-type") ?? request.Header("Content-Type") ?? DefaultType,
            request.Header("x-ms-blob-content-encoding") ?? request.Header("Content-Encoding"),
            request.Header("x-ms-blob-content-language") ?? request.Header("Content-Language"),
            request.Header("x-ms-blob-content-disposition"),
            request.Header("x-ms-blob-cache-control") ?? request.Header("Cache-Control"),
            contentMd5
        );

    /// <summary>Of Put Block List.</summary>
    public static BlobHeaders OfBlockList(StorageRequest request) =>
        OfProperties(request) with
        {
            ContentType = request.Header("x-ms-blob-content-type") ?? DefaultType,
        };

    /// <summary>Of Set Blob Properties, where what is not there is cleared.</summary>
    public static BlobHeaders OfProperties(StorageRequest request) =>
        new(
            request.Header("x-ms-blob-content-type"),
            request.Header("x-ms-blob-content-encoding"),
            request.Header("x-ms-blob-content-language"),
            request.Header("x-ms-blob-content-disposition"),
            request.Header("x-ms-blob-cache-control"),
            request.Header("x-ms-blob-content-md5")
        );

    /// <summary>As a shared access signature says it, where it does.</summary>
    public BlobHeaders OverriddenBy(StorageRequest request) =>
        request.Parameter("sig") is null
            ? this
            : this with
            {
                ContentType = Override(request, "rsct") ?? ContentType,
                ContentEncoding = Override(request, "rsce") ?? ContentEncoding,
                ContentLanguage = Override(request, "rscl") ?? ContentLanguage,
                ContentDisposition = Override(request, "rscd") ?? ContentDisposition,
                CacheControl = Override(request, "rscc") ?? CacheControl,
            };

    public void AddTo(StorageResponse response) =>
        response
            .With("Content-Type", ContentType)
            .With("Content-Encoding", ContentEncoding)
            .With("Content-Language", ContentLanguage)
            .With("Content-Disposition", ContentDisposition)
            .With("Cache-Control", CacheControl);

    private static string? Override(StorageRequest request, string name) =>
        request.Parameter(name) is { } value && value.Any(char.IsControl)
            ? throw Errors.InvalidParameter(name, "", "It holds control characters.")
            : request.Parameter(name);
}
