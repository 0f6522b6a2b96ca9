using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Storage;

/// <summary>What jobs returned: container <c>results</c>, one folder an attempt, its manifest written last.</summary>
internal sealed class ResultStore(BlobContainers containers)
{
    /// <summary>
    /// Bytes to a request and to a reader's buffer. The client's own 4 MB are taken for each reader, however little it reads.
    /// </summary>
    private const int ReadAtOnce = 256 << 10;

    /// <summary>Stores what a job returned.</summary>
    /// <param name="output">The job, as the facilitator gave it.</param>
    /// <param name="attempt">The attempt that bought it.</param>
    /// <param name="outputs">The outputs it uploaded.</param>
    /// <returns>The reference that goes into the outcome.</returns>
    public async Task<ResultReference> SaveAsync(
        JobOutput output,
        AttemptKey attempt,
        IReadOnlyDictionary<string, ContentReference> outputs,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(attempt);
        var container = await containers.GetAsync(ContainerNames.Results, cancellationToken);
        var folder = attempt.Path;
        var stdout = await SaveAsync(container, $"{folder}/stdout.txt", output.Stdout, cancellationToken);
        var stderr = await SaveAsync(container, $"{folder}/stderr.txt", output.Stderr, cancellationToken);
        var artifacts = new Dictionary<string, ContentReference>(StringComparer.Ordinal);
        foreach (var (path, content) in output.Artifacts)
        {
            // Named by number: the path is the miner's word and may hold anything.
            artifacts[path] = await SaveAsync(container, $"{folder}/artifacts/{artifacts.Count:D4}", content, cancellationToken);
        }

        var uploads = output.UploadResults.ToDictionary(
            static upload => upload.Key,
            static upload => UploadAnswer.Of(upload.Value),
            StringComparer.Ordinal
        );
        var manifest = new ResultManifest(output.Job.Uuid, attempt.Attempt, stdout, stderr, artifacts, outputs)
        {
            Uploads = uploads,
            UnreadableArtifacts = output.UnreadableArtifacts,
        };
        var (name, json) = ($"{folder}/manifest.json", SnakeCaseJson.ToUtf8(manifest));
        await container.GetBlobClient(name).UploadAsync(BinaryData.FromBytes(json), overwrite: true, cancellationToken);
        return new ResultReference(name, stdout, stderr, artifacts.Count, outputs.Count, Convert.ToHexStringLower(SHA256.HashData(json)));
    }

    /// <summary>Reads a manifest back.</summary>
    /// <param name="reference">What
    /// <see cref="SaveAsync(JobOutput, AttemptKey, IReadOnlyDictionary{string, ContentReference}, CancellationToken)"/> gave.</param>
    /// <returns>The manifest.</returns>
    public async Task<ResultManifest> LoadAsync(ResultReference reference, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reference);
        var container = await containers.GetAsync(ContainerNames.Results, cancellationToken);
        return SnakeCaseJson.Read<ResultManifest>(
            (await container.GetBlobClient(reference.Blob).DownloadContentAsync(cancellationToken)).Value.Content
        );
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
        return await container
            .GetBlobClient(blob)
            .OpenReadAsync(new BlobOpenReadOptions(allowModifications: false) { BufferSize = ReadAtOnce }, cancellationToken);
    }

    private static string VerdictBlob(string runId) => $"{runId}/verdict.json";

    private static async Task<ContentReference> SaveAsync(
        BlobContainerClient container,
        string name,
        OutputPart content,
        CancellationToken cancellationToken
    )
    {
        if (content.Length == 0)
        {
            return new ContentReference(null, 0, null);
        }

        await using var stream = content.OpenRead();
        var hash = await SHA256.HashDataAsync(stream, cancellationToken);
        stream.Position = 0;
        await container.GetBlobClient(name).UploadAsync(stream, overwrite: true, cancellationToken);
        return new ContentReference(name, content.Length, Convert.ToHexStringLower(hash));
    }
}
