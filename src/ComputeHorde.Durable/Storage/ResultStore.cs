using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Storage.Blobs;
using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Storage;

/// <summary>What jobs returned: container <c>results</c>, one folder an attempt, its manifest written last.</summary>
internal sealed class ResultStore(BlobContainers containers)
{
    /// <summary>Stores what a job returned.</summary>
    /// <param name="job">The job, as the facilitator gave it.</param>
    /// <param name="attempt">The attempt that bought it.</param>
    /// <param name="outputs">The outputs it uploaded.</param>
    /// <returns>The reference that goes into the outcome.</returns>
    public async Task<ResultReference> SaveAsync(
        ComputeHordeJob job, AttemptKey attempt, IReadOnlyDictionary<string, ContentReference> outputs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(attempt);
        var container = await containers.GetAsync(ContainerNames.Results, cancellationToken);
        var folder = attempt.Path;
        var stdout = await SaveAsync(container, $"{folder}/stdout.txt", Encoding.UTF8.GetBytes(job.Result?.Stdout is { Length: > 0 } text ? text : job.Error?.Stdout ?? ""), cancellationToken);
        var stderr = await SaveAsync(container, $"{folder}/stderr.txt", Encoding.UTF8.GetBytes(job.Result?.Stderr is { Length: > 0 } errors ? errors : job.Error?.Stderr ?? ""), cancellationToken);
        var artifacts = new Dictionary<string, ContentReference>(StringComparer.Ordinal);
        foreach (var (path, bytes) in job.Result?.Artifacts ?? new Dictionary<string, byte[]>())
        {
            // Named by number: the path is the miner's word and may hold anything.
            artifacts[path] = await SaveAsync(container, $"{folder}/artifacts/{artifacts.Count:D4}", bytes, cancellationToken);
        }

        var uploads = job.Result?.UploadResults.ToDictionary(static upload => upload.Key, static upload => UploadAnswer.Of(upload.Value), StringComparer.Ordinal);
        var manifest = new ResultManifest(job.Uuid, attempt.Attempt, stdout, stderr, artifacts, outputs) { Uploads = uploads ?? [] };
        var saved = await SaveAsync(container, $"{folder}/manifest.json", SnakeCaseJson.ToUtf8(manifest), cancellationToken);
        return new ResultReference(saved.Blob!, stdout, stderr, artifacts.Count, outputs.Count, saved.Sha256!);
    }

    /// <summary>Reads a manifest back.</summary>
    /// <param name="reference">What <see cref="SaveAsync(ComputeHordeJob, AttemptKey, IReadOnlyDictionary{string, ContentReference}, CancellationToken)"/> gave.</param>
    /// <returns>The manifest.</returns>
    public async Task<ResultManifest> LoadAsync(ResultReference reference, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reference);
        var content = await OpenAsync(reference.Blob, cancellationToken);
        return SnakeCaseJson.Read<ResultManifest>(await BinaryData.FromStreamAsync(content, cancellationToken));
    }

    /// <summary>Stores what the check of a run has found, beside its result.</summary>
    public async Task SaveVerdictAsync(string runId, byte[] verdict, CancellationToken cancellationToken)
    {
        var container = await containers.GetAsync(ContainerNames.Results, cancellationToken);
        await container.GetBlobClient(VerdictBlob(runId)).UploadAsync(BinaryData.FromBytes(verdict), overwrite: true, cancellationToken);
    }

    /// <summary>Reads what the check of a run has found.</summary>
    /// <returns>The verdict, UTF-8 JSON; null while there is none.</returns>
    public async Task<BinaryData?> FindVerdictAsync(string runId, CancellationToken cancellationToken)
    {
        var container = await containers.GetAsync(ContainerNames.Results, cancellationToken);
        try
        {
            return (await container.GetBlobClient(VerdictBlob(runId)).DownloadContentAsync(cancellationToken)).Value.Content;
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return null;
        }
    }

    /// <summary>Opens a stored blob for reading.</summary>
    /// <returns>A seekable stream.</returns>
    public async Task<Stream> OpenAsync(string blob, CancellationToken cancellationToken)
    {
        var container = await containers.GetAsync(ContainerNames.Results, cancellationToken);
        return await container.GetBlobClient(blob).OpenReadAsync(cancellationToken: cancellationToken);
    }

    private static string VerdictBlob(string runId) => $"{runId}/verdict.json";

    private static async Task<ContentReference> SaveAsync(BlobContainerClient container, string name, byte[] content, CancellationToken cancellationToken)
    {
        if (content.Length == 0)
        {
            return new ContentReference(null, 0, null);
        }

        await container.GetBlobClient(name).UploadAsync(BinaryData.FromBytes(content), overwrite: true, cancellationToken);
        return new ContentReference(name, content.Length, Convert.ToHexStringLower(SHA256.HashData(content)));
    }
}
