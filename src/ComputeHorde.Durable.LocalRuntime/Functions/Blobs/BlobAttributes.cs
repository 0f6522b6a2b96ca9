using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Starts a function on a blob that is new or was written again.</summary>
public sealed class BlobTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>Creates the attribute.</summary>
    /// <param name="blobPath">Container and blob name pattern, for example <c>jobs/{name}.json</c>.</param>
    public BlobTriggerAttribute(string blobPath) => BlobPath = blobPath;

    /// <summary>Container and blob name pattern, for example <c>jobs/{name}.json</c>.</summary>
    public string BlobPath { get; }

    /// <summary>The setting that holds the connection string.</summary>
    /// <value><c>AzureWebJobsStorage</c> when null.</value>
    public string? Connection { get; set; }

    /// <summary>How new blobs are noticed in Azure. On a local machine the container is always polled.</summary>
    public BlobTriggerSource Source { get; set; }
}

/// <summary>Reads a blob when the function starts.</summary>
public sealed class BlobInputAttribute : InputBindingAttribute
{
    /// <summary>Creates the attribute.</summary>
    /// <param name="blobPath">Container and blob name, where <c>{name}</c> is taken from the trigger.</param>
    public BlobInputAttribute(string blobPath) => BlobPath = blobPath;

    /// <summary>Container and blob name, where <c>{name}</c> is taken from the trigger.</summary>
    public string BlobPath { get; }

    /// <summary>The setting that holds the connection string.</summary>
    /// <value><c>AzureWebJobsStorage</c> when null.</value>
    public string? Connection { get; set; }
}

/// <summary>Writes a return value, or a property of it, to a blob.</summary>
public sealed class BlobOutputAttribute : OutputBindingAttribute
{
    /// <summary>Creates the attribute.</summary>
    /// <param name="blobPath">Container and blob name, where <c>{name}</c> is taken from the trigger.</param>
    public BlobOutputAttribute(string blobPath) => BlobPath = blobPath;

    /// <summary>Container and blob name, where <c>{name}</c> is taken from the trigger.</summary>
    public string BlobPath { get; }

    /// <summary>The setting that holds the connection string.</summary>
    /// <value><c>AzureWebJobsStorage</c> when null.</value>
    public string? Connection { get; set; }
}

/// <summary>How a blob trigger notices new blobs in Azure.</summary>
public enum BlobTriggerSource
{
    /// <summary>By the storage account's logs and by listing the container.</summary>
    LogsAndContainerScan = 0,

    /// <summary>By Event Grid.</summary>
    EventGrid = 1,
}
