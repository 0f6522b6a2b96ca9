namespace ComputeHorde.Sdk;

/// <summary>What a completed job gave.</summary>
public sealed record JobResult
{
    /// <summary>Standard output; over 1,000,000 characters the middle is cut out by the executor.</summary>
    public string Stdout { get; init; } = "";

    /// <summary>Standard error; cut like <see cref="Stdout"/>.</summary>
    public string Stderr { get; init; } = "";

    /// <summary>Files of the artifacts folder by full path.</summary>
    public IReadOnlyDictionary<string, byte[]> Artifacts { get; init; } = new Dictionary<string, byte[]>();

    /// <summary>Artifacts whose base64 cannot be read, by path, as they came.</summary>
    public IReadOnlyDictionary<string, string> UnreadableArtifacts { get; init; } = new Dictionary<string, string>();

    /// <summary>Answers of the output URLs' servers, by path under <c>/output/</c>.</summary>
    public IReadOnlyDictionary<string, UploadResult> UploadResults { get; init; } = new Dictionary<string, UploadResult>();

    /// <summary>Upload answers that cannot be read, by path under <c>/output/</c>, as they came.</summary>
    public IReadOnlyDictionary<string, string> UnreadableUploadResults { get; init; } = new Dictionary<string, string>();

    /// <summary>Sizes and counts; no output of the job.</summary>
    /// <returns>A short description.</returns>
    public override string ToString() =>
        $"stdout {Stdout.Length} and stderr {Stderr.Length} characters, {Artifacts.Count} artifacts, {UploadResults.Count} uploads";
}

/// <summary>The answer of the server that took an output.</summary>
/// <param name="Headers">Response headers; the executor writes names in lower case, and any case finds them.</param>
/// <param name="Body">Response body.</param>
public sealed record UploadResult(IReadOnlyDictionary<string, string> Headers, string Body)
{
    /// <summary>The stored object's <c>ETag</c>; null when none was told. With it a later read can be bound to these very bytes.</summary>
    public string? ETag => Headers.GetValueOrDefault("etag");

    /// <summary>The stored object's <c>Content-MD5</c>, Base64, as Azure tells it; null when none was told.</summary>
    public string? ContentMd5 => Headers.GetValueOrDefault("content-md5");
}
