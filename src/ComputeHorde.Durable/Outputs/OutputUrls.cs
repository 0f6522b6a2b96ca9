using System.Security.Cryptography;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Intake;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Durable.Outputs;

/// <summary>Gives every attempt upload URLs of its own, and looks afterwards at what was uploaded.</summary>
/// <param name="store">Where the outputs go.</param>
/// <param name="prepared">The URLs that were minted before the run began.</param>
/// <param name="options">How long the URLs live.</param>
/// <param name="horde">Where the jobs run.</param>
public sealed class OutputUrls(IOutputStore store, PreparedUrls prepared, IOptions<DurableOptions> options, IOptions<ComputeHordeOptions> horde)
{
    private static readonly TimeSpan DownloadLife = TimeSpan.FromMinutes(15);

    /// <summary>Refuses outputs that could never be uploaded, before their job is paid for: a store on this machine (Azurite) cannot be reached
    /// from a facilitator's executors on the internet, which is where one with HTTPS is.</summary>
    /// <param name="request">The request.</param>
    /// <exception cref="ComputeHordeValidationException">It names outputs, and nobody could upload them.</exception>
    public void RequireReachable(JobRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var facilitator = horde.Value.FacilitatorUrl;
        if (request.Outputs.Count > 0 && store.Address.IsLoopback && !facilitator.IsLoopback && facilitator.Scheme == Uri.UriSchemeHttps)
        {
            throw new ComputeHordeValidationException(
                "outputs", $"cannot be uploaded to {store.Address.GetLeftPart(UriPartial.Authority)} by machines on the internet: use a storage account that they reach, or output_volumes.");
        }
    }

    /// <summary>Where an output of an attempt goes.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="path">The output's path, for example <c>/output/model.bin</c>.</param>
    /// <returns>Its name in the store.</returns>
    public static string BlobName(AttemptKey attempt, string path)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        ArgumentNullException.ThrowIfNull(path);
        return attempt.Path + path;
    }

    /// <summary>Mints the URLs of a run's first attempt before the run begins, for container <c>job-urls</c>. Those that are there and live long enough stay.</summary>
    /// <param name="run">The run.</param>
    /// <param name="request">Its request.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task PrepareAsync(string run, JobRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);

        RequireReachable(request);

        // The run may have to wait for the facilitator before it can use them.
        var life = LifeFor(request) + TimeSpan.FromSeconds(request.Policy.CreateTimeoutSeconds);
        if (await prepared.FindAsync(run, LifeFor(request), cancellationToken) is null)
        {
            await prepared.SaveAsync(run, life, await SignAsync(request, new AttemptKey(run, 1), life, cancellationToken), cancellationToken);
        }
    }

    /// <summary>Completes the job specification of a request with a presigned upload for each output that the request names.</summary>
    /// <param name="request">The request.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The specification to create the job with. It holds secrets.</returns>
    public async Task<ComputeHordeJobSpec> AddToAsync(JobRequest request, AttemptKey attempt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(attempt);
        if (request.Outputs.Count == 0)
        {
            return request.Spec;
        }

        var uploads = await UploadsForAsync(request, attempt, cancellationToken);
        var volumes = new OrderedDictionary<string, OutputVolume>(request.Spec.OutputVolumes);
        foreach (var path in request.Outputs)
        {
            var upload = uploads[path];
            volumes[path] = new HttpOutputVolume(upload.Method, upload.Url.AbsoluteUri)
            {
                SignedHeaders = upload.Headers is null ? null : new OrderedDictionary<string, string>(upload.Headers),
                FormFields = upload.FormFields is null ? null : new OrderedDictionary<string, string>(upload.FormFields),
            };
        }

        return request.Spec with { OutputVolumes = volumes };
    }

    /// <summary>Opens an uploaded output for reading.</summary>
    /// <param name="name">Its name, as <see cref="BlobName"/> gives it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Its bytes.</returns>
    public Task<Stream> OpenAsync(string name, CancellationToken cancellationToken) => store.OpenAsync(name, cancellationToken);

    /// <summary>Signs a download of an uploaded output, for 15 minutes.</summary>
    /// <param name="name">Its name, as <see cref="BlobName"/> gives it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The URL. A secret: never log or store it.</returns>
    public ValueTask<Uri> SignDownloadAsync(string name, CancellationToken cancellationToken) => store.SignDownloadAsync(name, DownloadLife, cancellationToken);

    /// <summary>Looks at what was uploaded.</summary>
    /// <param name="request">The request.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Each output that we signed, null where nothing is.</returns>
    public async Task<OrderedDictionary<string, ContentReference?>> InspectAsync(JobRequest request, AttemptKey attempt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var found = new OrderedDictionary<string, ContentReference?>();
        foreach (var path in request.Outputs)
        {
            found[path] = await InspectAsync(BlobName(attempt, path), cancellationToken);
        }

        return found;
    }

    private TimeSpan LifeFor(JobRequest request) =>
        request.Spec.ExpectedToEndWithin() + TimeSpan.FromSeconds(request.Policy.LostAfterSeconds + options.Value.OutputUrlMarginSeconds);

    private async Task<IReadOnlyDictionary<string, SignedUpload>> UploadsForAsync(JobRequest request, AttemptKey attempt, CancellationToken cancellationToken)
    {
        var life = LifeFor(request);
        if (attempt is not { Attempt: 1, OnTrustedMiner: false } || !SpecificationId.IsOne(attempt.InstanceId))
        {
            return await SignAsync(request, attempt, life, cancellationToken);
        }

        if (await prepared.FindAsync(attempt.InstanceId, life, cancellationToken) is { } uploads && request.Outputs.All(uploads.ContainsKey))
        {
            return uploads;
        }

        // The run began so late that the prepared URLs would not outlive its job.
        var fresh = await SignAsync(request, attempt, life, cancellationToken);
        await prepared.SaveAsync(attempt.InstanceId, life, fresh, cancellationToken);
        return fresh;
    }

    private async Task<Dictionary<string, SignedUpload>> SignAsync(JobRequest request, AttemptKey attempt, TimeSpan life, CancellationToken cancellationToken)
    {
        var uploads = new Dictionary<string, SignedUpload>(StringComparer.Ordinal);
        foreach (var path in request.Outputs)
        {
            uploads[path] = await store.SignAsync(BlobName(attempt, path), life, cancellationToken);
        }

        return uploads;
    }

    private async Task<ContentReference?> InspectAsync(string name, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(name, cancellationToken) is not { } found)
        {
            return null;
        }

        string? sha256 = null;
        if (found.Size <= options.Value.MaxHashedOutputBytes)
        {
            await using var content = await store.OpenAsync(name, cancellationToken);
            sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken));
        }

        return new ContentReference(name, found.Size, sha256) { Md5 = found.Md5 };
    }
}
