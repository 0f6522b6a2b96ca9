namespace ComputeHorde.Fallback;

/// <summary>
/// An image reference taken apart, as Docker does: no registry means Docker Hub, no namespace there <c>library</c>, no tag <c>latest</c>.
/// </summary>
internal sealed record ImageName(string Registry, string Repository, string Tag, string? Digest)
{
    private const string DockerHub = "docker.io";

    public string Reference => Digest ?? Tag;

    /// <summary>Where the registry's API is.</summary>
    public string ApiHost => Registry == DockerHub ? "registry-1.docker.io" : Registry;

    public string Pinned(string digest) => $"{Registry}/{Repository}@{digest}";

    public static ImageName Parse(string image)
    {
        var at = image.IndexOf('@');
        var (name, digest) = at < 0 ? (image, null) : (image[..at], image[(at + 1)..]);
        var slash = name.IndexOf('/');
        var first = slash < 0 ? "" : name[..slash];
        var hasRegistry = first.Contains('.') || first.Contains(':') || first == "localhost";
        var registry = hasRegistry ? first : DockerHub;
        var path = hasRegistry ? name[(slash + 1)..] : name;
        var colon = path.LastIndexOf(':');
        var (repository, tag) = colon > path.LastIndexOf('/') ? (path[..colon], path[(colon + 1)..]) : (path, "latest");
        registry = registry is "index.docker.io" or "registry-1.docker.io" ? DockerHub : registry;
        return new ImageName(
            registry,
            registry == DockerHub && !repository.Contains('/') ? "library/" + repository : repository,
            tag,
            digest
        );
    }
}
