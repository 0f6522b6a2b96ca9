using Amazon.S3;
using Amazon.S3.Model;
using ComputeHorde.Durable.Hosting;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Durable.Outputs;

/// <summary>
/// Outputs in a bucket of Amazon S3, Cloudflare R2 or another store that speaks S3, uploaded with presigned URLs (Signature Version 4, made
/// without a call). A <c>PUT</c> is signed together with <c>If-None-Match: *</c>: it writes once and never overwrites. A <c>POST</c> is
/// bound by its policy to one key and a size; S3 has no create-only form of it.
/// </summary>
internal sealed class S3OutputStore : IOutputStore, IDisposable
{
    /// <summary>The longest life of a presigned URL that S3 accepts.</summary>
    public static readonly TimeSpan MaxLife = TimeSpan.FromDays(7);

    /// <summary>The largest object that one upload may make: S3's limit.</summary>
    public const long MaxUploadBytes = 5L << 30;

    private readonly AmazonS3Client _client;
    private readonly DurableOptions _options;
    private readonly TimeProvider _timeProvider;

    /// <summary>Uses the bucket of the settings <c>S3Bucket</c>, <c>S3Endpoint</c>, <c>S3Region</c>.</summary>
    /// <param name="options">The settings; validated.</param>
    public S3OutputStore(IOptions<DurableOptions> options, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Value;
        _timeProvider = timeProvider;
        var config = new AmazonS3Config
        {
            AuthenticationRegion = _options.S3Region,
            Timeout = TimeSpan.FromSeconds(30),
            MaxErrorRetry = 3,
        };
        if (_options.S3Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint.AbsoluteUri;
            config.ForcePathStyle = true;
        }
        else
        {
            config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(_options.S3Region);
        }

        _client = new AmazonS3Client(_options.S3AccessKeyId, _options.S3SecretAccessKey, config);
    }

    private Protocol Protocol => _options.S3Endpoint?.Scheme == Uri.UriSchemeHttp ? Protocol.HTTP : Protocol.HTTPS;

    private bool IsPost => _options.OutputStore == OutputStores.S3Post;

    public Uri Address => _options.S3Endpoint ?? new Uri($"https://s3.{_options.S3Region}.amazonaws.com/");

    public async ValueTask<SignedUpload> SignAsync(string name, TimeSpan life, CancellationToken cancellationToken) =>
        IsPost ? await PostAsync(name, Expires(life)) : await PutAsync(name, Expires(life));

    public async Task<StoredOutput?> FindAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            var found = await _client.GetObjectMetadataAsync(_options.S3Bucket, name, cancellationToken);
            return new StoredOutput(found.ContentLength, Md5Of(found.ETag)) { ETag = found.ETag };
        }
        catch (AmazonS3Exception exception) when (exception.StatusCode == System.Net.HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    public async Task<Stream> OpenAsync(string name, string? eTag, CancellationToken cancellationToken) =>
        (
            await _client.GetObjectAsync(
                new GetObjectRequest
                {
                    BucketName = _options.S3Bucket,
                    Key = name,
                    EtagToMatch = eTag,
                },
                cancellationToken
            )
        ).ResponseStream;

    public async ValueTask<Uri> SignDownloadAsync(string name, TimeSpan life, CancellationToken cancellationToken) =>
        new(
            await _client.GetPreSignedURLAsync(
                new GetPreSignedUrlRequest
                {
                    BucketName = _options.S3Bucket,
                    Key = name,
                    Verb = HttpVerb.GET,
                    Expires = Expires(life).UtcDateTime,
                    Protocol = Protocol,
                    ResponseHeaderOverrides = new ResponseHeaderOverrides
                    {
                        ContentDisposition = "attachment",
                        ContentType = "application/octet-stream",
                    },
                }
            )
        );

    public void Dispose() => _client.Dispose();

    private DateTimeOffset Expires(TimeSpan life) => _timeProvider.GetUtcNow() + (life < MaxLife ? life : MaxLife);

    private async Task<SignedUpload> PutAsync(string name, DateTimeOffset expires)
    {
        var request = new GetPreSignedUrlRequest
        {
            BucketName = _options.S3Bucket,
            Key = name,
            Verb = HttpVerb.PUT,
            Expires = expires.UtcDateTime,
            Protocol = Protocol,
        };
        var headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["If-None-Match"] = "*" };
        foreach (var (header, value) in headers)
        {
            request.Headers[header] = value;
        }

        return new SignedUpload(HttpMethod.Put.Method, new Uri(await _client.GetPreSignedURLAsync(request)), headers, FormFields: null)
        {
            ExpiresAt = expires,
        };
    }

    private async Task<SignedUpload> PostAsync(string name, DateTimeOffset expires)
    {
        var post = await _client.CreatePresignedPostAsync(
            new CreatePresignedPostRequest
            {
                BucketName = _options.S3Bucket,
                Key = name,
                Expires = expires.UtcDateTime,
                Conditions = [S3PostCondition.ContentLengthRange(0, MaxUploadBytes)],
            }
        );
        return new SignedUpload(HttpMethod.Post.Method, new Uri(post.Url), Headers: null, post.Fields) { ExpiresAt = expires };
    }

    /// <summary>
    /// The ETag of an object uploaded in one piece and not encrypted with a key of KMS is its MD5; any other form tells nothing.
    /// </summary>
    private static string? Md5Of(string? eTag)
    {
        var hex = eTag?.Trim('"');
        return hex is { Length: 32 } && hex.All(char.IsAsciiHexDigit) ? Convert.ToBase64String(Convert.FromHexString(hex)) : null;
    }
}
