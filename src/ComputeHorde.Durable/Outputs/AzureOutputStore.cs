using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Sas;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Outputs;

/// <summary>
/// Outputs in container <c>outputs</c>, uploaded with an Azure Blob SAS for one blob, create-only (<c>sp=c</c>: it writes once and never
/// overwrites). Signed with a user-delegation key under a managed identity, and with the account key where the connection string holds one
/// (Azurite).
/// </summary>
internal sealed class AzureOutputStore(BlobServiceClient service, BlobContainers containers, Outages outages, TimeProvider timeProvider)
    : IOutputStore,
        IDisposable
{
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5),
        KeyLife = TimeSpan.FromDays(1),
        KeyUse = TimeSpan.FromMinutes(15);

    /// <summary>
    /// A user-delegation key, and with it every URL that it signs, lives 7 days at most:
    /// https://learn.microsoft.com/rest/api/storageservices/get-user-delegation-key.
    /// </summary>
    private static readonly TimeSpan MaxDelegatedLife = TimeSpan.FromDays(7) - ClockSkew - ClockSkew;

    private static readonly Dictionary<string, string> PutBlobHeaders = new(StringComparer.Ordinal) { ["x-ms-blob-type"] = "BlockBlob" };

    private readonly SemaphoreSlim _keyGate = new(1, 1);
    private UserDelegationKey? _delegationKey;
    private long _delegationKeyFetched;

    public Uri Address => service.Uri;

    public async ValueTask<SignedUpload> SignAsync(string name, TimeSpan life, CancellationToken cancellationToken)
    {
        var sas = new BlobSasBuilder(BlobSasPermissions.Create, default);
        return new SignedUpload("PUT", await SignAsync(sas, name, life, cancellationToken), PutBlobHeaders, FormFields: null)
        {
            ExpiresAt = sas.ExpiresOn,
        };
    }

    public async Task<StoredOutput?> FindAsync(string name, CancellationToken cancellationToken)
    {
        var blob = await BlobAsync(name, cancellationToken);
        try
        {
            BlobProperties properties = await blob.GetPropertiesAsync(conditions: null, cancellationToken);
            return new StoredOutput(properties.ContentLength, properties.ContentHash is { } md5 ? Convert.ToBase64String(md5) : null)
            {
                ETag = properties.ETag.ToString("H"),
            };
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return null;
        }
    }

    public async Task<Stream> OpenAsync(string name, string? eTag, CancellationToken cancellationToken)
    {
        var blob = await BlobAsync(name, cancellationToken);
        var conditions = eTag is null ? null : new BlobRequestConditions { IfMatch = new ETag(eTag) };
        return (
            await blob.DownloadStreamingAsync(new BlobDownloadOptions { Conditions = conditions }, cancellationToken)
        ).Value.Content;
    }

    public async ValueTask<Uri> SignDownloadAsync(string name, TimeSpan life, CancellationToken cancellationToken) =>
        await SignAsync(
            new BlobSasBuilder(BlobSasPermissions.Read, default)
            {
                ContentDisposition = "attachment",
                ContentType = "application/octet-stream",
            },
            name,
            life,
            cancellationToken
        );

    public void Dispose() => _keyGate.Dispose();

    private async Task<Uri> SignAsync(BlobSasBuilder sas, string name, TimeSpan life, CancellationToken cancellationToken)
    {
        var blob = await BlobAsync(name, cancellationToken);
        var now = timeProvider.GetUtcNow();
        sas.BlobContainerName = blob.BlobContainerName;
        sas.BlobName = blob.Name;
        sas.Resource = "b";
        sas.StartsOn = now - ClockSkew;
        sas.Protocol = blob.Uri.Scheme == Uri.UriSchemeHttps ? SasProtocol.Https : SasProtocol.HttpsAndHttp;
        if (blob.CanGenerateSasUri)
        {
            sas.ExpiresOn = now + life;
            return blob.GenerateSasUri(sas);
        }

        sas.ExpiresOn = now + (life < MaxDelegatedLife ? life : MaxDelegatedLife);
        var key = await GetDelegationKeyAsync(sas.ExpiresOn, cancellationToken);
        return new BlobUriBuilder(blob.Uri) { Sas = sas.ToSasQueryParameters(key, service.AccountName) }.ToUri();
    }

    private async Task<BlobClient> BlobAsync(string name, CancellationToken cancellationToken) =>
        await containers.GetBlobAsync(ContainerNames.Outputs, name, cancellationToken);

    private async Task<UserDelegationKey> GetDelegationKeyAsync(DateTimeOffset until, CancellationToken cancellationToken)
    {
        await _keyGate.WaitAsync(cancellationToken);
        try
        {
            // One of the future is from before the clock was set back, and signs nothing that works now. A key that was revoked meanwhile
            // signs URLs that fail, and each failed upload is a paid attempt: none is used for long.
            if (
                _delegationKey is null
                || _delegationKey.SignedExpiresOn < until
                || _delegationKey.SignedStartsOn > timeProvider.GetUtcNow()
                || timeProvider.GetElapsedTime(_delegationKeyFetched) > KeyUse
            )
            {
                var now = timeProvider.GetUtcNow();
                var expires = until > now + KeyLife ? until : now + KeyLife;
                _delegationKeyFetched = timeProvider.GetTimestamp();
                _delegationKey = await AskForDelegationKeyAsync(now - ClockSkew, expires, cancellationToken);
            }

            return _delegationKey;
        }
        finally
        {
            _keyGate.Release();
        }
    }

    /// <summary>A role takes minutes to arrive and may be given later: refused is not now, and says what is missing.</summary>
    private async Task<UserDelegationKey> AskForDelegationKeyAsync(
        DateTimeOffset starts,
        DateTimeOffset expires,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var key = await service.GetUserDelegationKeyAsync(starts, expires, cancellationToken);
            outages.Ended(Outages.Signing);
            return key;
        }
        catch (RequestFailedException exception) when (exception.Status is 401 or 403)
        {
            var problem =
                $"The identity may not sign upload URLs for {service.AccountName}: give it the role Storage Blob Delegator there "
                + $"(HTTP {exception.Status} {exception.ErrorCode}).";
            outages.Started(Outages.Signing, problem);
            throw new RequestFailedException(exception.Status, problem, exception.ErrorCode, exception);
        }
    }
}
