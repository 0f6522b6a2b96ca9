using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Checks.Comparers;

/// <summary>A stored result, opened for comparison.</summary>
public interface IResultContent
{
    /// <summary>Sizes and hashes of everything the job returned.</summary>
    ResultManifest Manifest { get; }

    /// <summary>Reads an artifact, an output or the standard output.</summary>
    /// <param name="content">A reference from the manifest.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Its bytes; null when it is larger than what is opened (<see cref="MaxBytes"/>).</returns>
    Task<ReadOnlyMemory<byte>?> ReadAsync(ContentReference content, CancellationToken cancellationToken);

    /// <summary>The largest content that is opened, in bytes.</summary>
    long MaxBytes { get; }
}
