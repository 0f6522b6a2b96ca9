namespace ComputeHorde.Durable.Storage;

/// <summary>Everything a job returned, by reference: the content of <see cref="ResultReference.Blob"/>.</summary>
/// <param name="JobUuid">The job.</param>
/// <param name="Attempt">The attempt that bought it.</param>
/// <param name="Stdout">Standard output, as far as the executor returned it (cut to 1,000,000 characters).</param>
/// <param name="Stderr">Standard error, likewise.</param>
/// <param name="Artifacts">Path in the container to stored artifact.</param>
/// <param name="Outputs">Output path to uploaded blob, in the <c>outputs</c> container.</param>
public sealed record ResultManifest(
    string JobUuid,
    int Attempt,
    ContentReference Stdout,
    ContentReference Stderr,
    IReadOnlyDictionary<string, ContentReference> Artifacts,
    IReadOnlyDictionary<string, ContentReference> Outputs
)
{
    /// <summary>Paths of artifacts that came in a form that cannot be read, so that they are not among the artifacts.</summary>
    public IReadOnlyCollection<string> UnreadableArtifacts { get; init; } = [];

    /// <summary>
    /// Path of an upload, one of ours or of the request's own <c>output_volumes</c>, to what the server that took it answered, by the
    /// executor's word.
    /// </summary>
    public IReadOnlyDictionary<string, UploadAnswer> Uploads { get; init; } = new Dictionary<string, UploadAnswer>();
}
