using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Azure.Storage.Sas;

namespace ComputeHorde.Fallback;

/// <summary>
/// The blobs of jobs, one folder a job, and the URLs by which a machine reaches its own: one blob each, and no more rights than it needs.
/// </summary>
internal sealed class JobBlobs(BlobContainerClient container, TimeProvider time)
{
    public const string Claim = "claim",
        Stage = "stage",
        Result = "result",
        Stdout = "stdout",
        Stderr = "stderr",
        Artifacts = "artifacts.tgz";

    private const string Record = "job.json";

    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5),
        MaxDelegatedLife = TimeSpan.FromDays(7) - ClockSkew - ClockSkew;

    private UserDelegationKey? _key;
    private long _keyFetched;
    private bool _isMade;

    public Uri Address => container.Uri;

    public async Task<BlobClient> BlobAsync(string job, string name, CancellationToken cancellationToken)
    {
        if (!_isMade)
        {
            await container.CreateIfNotExistsAsync(PublicAccessType.None, metadata: null, encryptionScopeOptions: null, cancellationToken);
            _isMade = true;
        }

        return container.GetBlobClient($"{job}/{name}");
    }

    public Task<BlobClient> RecordAsync(string job, CancellationToken cancellationToken) => BlobAsync(job, Record, cancellationToken);

    /// <summary>Reads a blob; null when there is none.</summary>
    public async Task<BlobDownloadResult?> FindAsync(string job, string name, CancellationToken cancellationToken)
    {
        try
        {
            return (await (await BlobAsync(job, name, cancellationToken)).DownloadContentAsync(cancellationToken)).Value;
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return null;
        }
    }

    /// <summary>Signs a URL for a machine.</summary>
    public async Task<Uri> SignAsync(
        string job,
        string name,
        BlobSasPermissions permissions,
        DateTimeOffset until,
        CancellationToken cancellationToken
    )
    {
        var blob = await BlobAsync(job, name, cancellationToken);
        var now = time.GetUtcNow();
        var sas = new BlobSasBuilder(permissions, until)
        {
            BlobContainerName = blob.BlobContainerName,
            BlobName = blob.Name,
            Resource = "b",
            StartsOn = now - ClockSkew,
            Protocol = blob.Uri.Scheme == Uri.UriSchemeHttps ? SasProtocol.Https : SasProtocol.HttpsAndHttp,
        };
        if (blob.CanGenerateSasUri)
        {
            return blob.GenerateSasUri(sas);
        }

        sas.ExpiresOn = until < now + MaxDelegatedLife ? until : now + MaxDelegatedLife;
        var service = container.GetParentBlobServiceClient();
        var key = await DelegationKeyAsync(service, sas.ExpiresOn, now, cancellationToken);
        return new BlobUriBuilder(blob.Uri) { Sas = sas.ToSasQueryParameters(key, service.AccountName) }.ToUri();
    }

    /// <summary>Removes what belongs to a job but its record and its outputs.</summary>
    public async Task RemoveInputsAsync(string job, CancellationToken cancellationToken)
    {
        await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, $"{job}/in", cancellationToken))
        {
            await container.DeleteBlobIfExistsAsync(blob.Name, DeleteSnapshotsOption.None, conditions: null, cancellationToken);
        }
    }

    /// <summary>The ids of all jobs that have a record.</summary>
    public async IAsyncEnumerable<string> ListJobsAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix: null, cancellationToken))
        {
            if (blob.Name.EndsWith("/" + Record, StringComparison.Ordinal))
            {
                yield return blob.Name[..^(Record.Length + 1)];
            }
        }
    }

    private async Task<UserDelegationKey> DelegationKeyAsync(
        BlobServiceClient service,
        DateTimeOffset until,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        // Two at once fetch two keys, and either signs well.
        if (_key is not { } key || key.SignedExpiresOn < until || time.GetElapsedTime(_keyFetched) > TimeSpan.FromMinutes(15))
        {
            _keyFetched = time.GetTimestamp();
            _key = key = await service.GetUserDelegationKeyAsync(now - ClockSkew, until, cancellationToken);
        }

        return key;
    }

    /// <summary>The machine that has claimed a job, by its own word; null when none has.</summary>
    public async Task<string?> FindClaimantAsync(string job, CancellationToken cancellationToken) =>
        (await FindAsync(job, Claim, cancellationToken))?.Content.ToString().Split(' ')[0];
}
