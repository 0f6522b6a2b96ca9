using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Checks.Comparers;

/// <summary>
/// A stored result, opened for comparison. What it gives was checked, or will be before a verdict counts, against the manifest.
/// </summary>
public interface IResultContent
{
    /// <summary>Sizes and hashes of everything the job returned.</summary>
    ResultManifest Manifest { get; }

    /// <summary>The largest content that <see cref="ReadAsync"/> gives, in bytes.</summary>
    long MaxBytes { get; }

    /// <summary>Reads an artifact, an output or the standard output as a whole.</summary>
    /// <param name="content">A reference from the manifest.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>Its bytes; null when it is larger than <see cref="MaxBytes"/>.</returns>
    Task<ReadOnlyMemory<byte>?> ReadAsync(ContentReference content, CancellationToken cancellationToken);

    /// <summary>Opens an artifact, an output or the standard output of any size, to be read from its beginning to its end.</summary>
    /// <param name="content">A reference from the manifest.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <returns>Its bytes. The caller disposes the stream.</returns>
    Task<Stream> OpenAsync(ContentReference content, CancellationToken cancellationToken);
}
