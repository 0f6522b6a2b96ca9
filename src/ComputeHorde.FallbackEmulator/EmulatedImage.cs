namespace ComputeHorde.FallbackEmulator;

/// <summary>An image. Its programs are those of this machine; folders such as <c>/output</c> lie below <c>$CH_ROOT</c>.</summary>
public sealed record EmulatedImage
{
    /// <summary>Its ENTRYPOINT.</summary>
    public IReadOnlyList<string> Entrypoint { get; init; } = [];

    /// <summary>Its CMD.</summary>
    public IReadOnlyList<string> Cmd { get; init; } = ["/bin/sh"];

    /// <summary>Its WORKDIR.</summary>
    public string WorkingDir { get; init; } = "";
}
