namespace ComputeHorde.Durable.Storage;

/// <summary>A result in the <c>results</c> container.</summary>
/// <param name="Blob">The blob that holds the manifest (<see cref="ResultManifest"/>).</param>
/// <param name="Stdout">Size and hash of the standard output.</param>
/// <param name="Stderr">Size and hash of the standard error.</param>
/// <param name="Artifacts">How many artifacts the job returned.</param>
/// <param name="Outputs">How many outputs were uploaded.</param>
/// <param name="Sha256">SHA-256 of the manifest, lower-case hex.</param>
internal sealed record ResultReference(
    string Blob,
    ContentReference Stdout,
    ContentReference Stderr,
    int Artifacts,
    int Outputs,
    string Sha256
);
