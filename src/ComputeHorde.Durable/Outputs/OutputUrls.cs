using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ComputeHorde.Durable.Configuration;
using ComputeHorde.Durable.Models;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Durable.Outputs;

/// <summary>Gives every attempt upload URLs of its own, and looks afterwards at what was uploaded.</summary>
/// <param name="signer">Mints the URLs.</param>
/// <param name="containers">Where the outputs land.</param>
/// <param name="options">How long the URLs live.</param>
public sealed class OutputUrls(IOutputUrlSigner signer, BlobContainers containers, IOptions<DurableOptions> options)
{
    /// <summary>The blob of an output of an attempt.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="path">The output's path, for example <c>/output/model.bin</c>.</param>
    /// <returns>Its name in container <c>outputs</c>.</returns>
    public static string BlobName(AttemptKey attempt, string path)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        ArgumentNullException.ThrowIfNull(path);
        return attempt.Path + path;
    }

    /// <summary>Completes the job specification of a request with a presigned upload for each output that the request names.</summary>
    /// <param name="request">The request.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The specification to create the job with. It holds secrets.</returns>
    public async Task<ComputeHordeJobSpec> AddToAsync(JobRequest request, AttemptKey attempt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Outputs.Count == 0)
        {
            return request.Spec;
        }

        var life = request.Spec.ExpectedToEndWithin() + TimeSpan.FromSeconds(request.Policy.LostAfterSeconds + options.Value.OutputUrlMarginSeconds);
        var volumes = new OrderedDictionary<string, OutputVolume>(request.Spec.OutputVolumes);
        foreach (var path in request.Outputs)
        {
            var upload = await signer.SignAsync(BlobName(attempt, path), life, cancellationToken);
            volumes[path] = new HttpOutputVolume(upload.Method, upload.Url.AbsoluteUri)
            {
                SignedHeaders = upload.Headers is null ? null : new OrderedDictionary<string, string>(upload.Headers),
                FormFields = upload.FormFields is null ? null : new OrderedDictionary<string, string>(upload.FormFields),
            };
        }

        return request.Spec with { OutputVolumes = volumes };
    }

    /// <summary>Opens an uploaded output.</summary>
    /// <param name="blob">Its name, as the manifest names it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A seekable stream.</returns>
    public async Task<Stream> OpenAsync(string blob, CancellationToken cancellationToken) =>
        await (await containers.GetAsync(ContainerNames.Outputs, cancellationToken)).GetBlobClient(blob).OpenReadAsync(cancellationToken: cancellationToken);

    /// <summary>Looks at what was uploaded.</summary>
    /// <param name="request">The request.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Each output that we signed, null where nothing is.</returns>
    public async Task<OrderedDictionary<string, ContentReference?>> InspectAsync(JobRequest request, AttemptKey attempt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var found = new OrderedDictionary<string, ContentReference?>();
        if (request.Outputs.Count > 0)
        {
            var container = await containers.GetAsync(ContainerNames.Outputs, cancellationToken);
            foreach (var path in request.Outputs)
            {
                found[path] = await InspectAsync(container.GetBlobClient(BlobName(attempt, path)), cancellationToken);
            }
        }

        return found;
    }

    private async Task<ContentReference?> InspectAsync(BlobClient blob, CancellationToken cancellationToken)
    {
        BlobProperties properties;
        try
        {
            properties = await blob.GetPropertiesAsync(conditions: null, cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return null;
        }

        string? sha256 = null;
        if (properties.ContentLength <= options.Value.MaxHashedOutputBytes)
        {
            await using var content = await blob.OpenReadAsync(cancellationToken: cancellationToken);
            sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken));
        }

        return new ContentReference(blob.Name, properties.ContentLength, sha256)
        {
            Md5 = properties.ContentHash is { } md5 ? Convert.ToBase64String(md5) : null,
        };
    }
}
