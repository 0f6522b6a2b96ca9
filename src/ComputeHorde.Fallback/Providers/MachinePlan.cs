namespace ComputeHorde.Fallback;

/// <summary>A machine to rent.</summary>
/// <param name="Name">Its name: at most 31 characters, small letters, digits and dashes.</param>
/// <param name="Image">The image, pinned by its digest where that is known.</param>
public sealed record MachinePlan(string Name, string Image)
{
    /// <summary>
    /// The script that the machine runs, Base64, for environment variable <c>CH_SCRIPT</c>. Holds presigned URLs: a secret.
    /// </summary>
    public required string Script { get; init; }

    /// <summary>The command that unpacks and starts <see cref="Script"/>, for <c>/bin/sh -c</c>. No secret.</summary>
    public required string Bootstrap { get; init; }

    /// <summary>The job's own environment variables.</summary>
    public IReadOnlyDictionary<string, string> Env { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether the image has an ENTRYPOINT of its own, which must be replaced; null when that is not known.</summary>
    public bool? HasEntrypoint { get; init; }

    /// <summary>How long the machine may exist from its creation on. A provider that can end it by itself does.</summary>
    public TimeSpan Lifetime { get; init; }

    /// <summary>Facts to note at the machine where the provider has tags. No secret.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>The name; never the script or the environment.</summary>
    /// <returns>A short description.</returns>
    public override string ToString() => $"{Name} ({Image})";
}
