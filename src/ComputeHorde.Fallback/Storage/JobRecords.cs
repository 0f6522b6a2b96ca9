using System.Text.Json;
using Azure;
using Azure.Storage.Blobs.Models;

namespace ComputeHorde.Fallback;

/// <summary>The records of jobs. Each change is made on what was read, or not at all.</summary>
internal sealed class JobRecords(JobBlobs blobs)
{
    public async Task<JobRecord?> FindAsync(string job, CancellationToken cancellationToken)
    {
        try
        {
            BlobDownloadResult found = await (await blobs.RecordAsync(job, cancellationToken)).DownloadContentAsync(cancellationToken);
            return found.Content.ToObjectFromJson<JobRecord>(ProviderJson.Options)! with { ETag = found.Details.ETag };
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return null;
        }
    }

    /// <summary>Writes a record: a new one when it has no version, else over the one that was read.</summary>
    /// <exception cref="FallbackException">Somebody else has written it meanwhile.</exception>
    public async Task<JobRecord> SaveAsync(JobRecord record, CancellationToken cancellationToken)
    {
        var conditions =
            record.ETag == default
                ? new BlobRequestConditions { IfNoneMatch = ETag.All }
                : new BlobRequestConditions { IfMatch = record.ETag };
        try
        {
            BlobContentInfo saved = await (await blobs.RecordAsync(record.Id, cancellationToken)).UploadAsync(
                new BinaryData(JsonSerializer.SerializeToUtf8Bytes(record, ProviderJson.Options)),
                new BlobUploadOptions { Conditions = conditions },
                cancellationToken
            );
            return record with { ETag = saved.ETag };
        }
        catch (RequestFailedException exception) when (exception.Status is 409 or 412)
        {
            throw new FallbackException(
                FallbackFailure.Unknown,
                $"Job {record.Id} is worked at by somebody else at this moment.",
                exception
            );
        }
    }
}
