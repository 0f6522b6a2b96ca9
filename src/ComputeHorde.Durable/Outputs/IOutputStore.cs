namespace ComputeHorde.Durable.Outputs;

/// <summary>Where the outputs of jobs go: mints the URLs that they are uploaded to, and looks afterwards at what arrived.</summary>
public interface IOutputStore : IOutputUrlSigner
{
    /// <summary>The address of the store, as it stands in the URLs.</summary>
    Uri Address { get; }

    /// <summary>Looks at an output.</summary>
    /// <param name="name">Its name in the store, as it was signed for.</param>
    /// <returns>Its size and hash as the store knows them; null when nothing was uploaded.</returns>
    Task<StoredOutput?> FindAsync(string name, CancellationToken cancellationToken);

    /// <summary>Opens an output for reading.</summary>
    /// <param name="name">Its name in the store.</param>
    /// <param name="eTag">The only version to open, as <see cref="StoredOutput.ETag"/> gave it; null for any.</param>
    /// <returns>Its bytes.</returns>
    /// <exception cref="Azure.RequestFailedException">With status 412, or the store's own of that status: it is another version.</exception>
    Task<Stream> OpenAsync(string name, string? eTag, CancellationToken cancellationToken);

    /// <summary>Signs a download of one output, for who has no access to the store.</summary>
    /// <param name="name">Its name in the store.</param>
    /// <param name="life">How long the URL works.</param>
    /// <returns>A URL that reads this output and nothing else; browsers save what it gives and do not show it. A secret: never log or store
    /// it.</returns>
    ValueTask<Uri> SignDownloadAsync(string name, TimeSpan life, CancellationToken cancellationToken);
}
