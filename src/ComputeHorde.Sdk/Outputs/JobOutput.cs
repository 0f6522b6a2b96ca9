using System.Text.Json;

namespace ComputeHorde.Sdk;

/// <summary>
/// What a job printed and gave, for results that are not to be in memory: what is longer than a few kilobytes lies in a temporary file
/// until this is disposed.
/// </summary>
public sealed class JobOutput : IDisposable
{
    private readonly TextSpool _spool;

    /// <summary>Takes what a job that is in memory has.</summary>
    /// <param name="job">The job.</param>
    public JobOutput(ComputeHordeJob job)
        : this(job, job, new TextSpool()) { }

    /// <param name="job">The job without its output.</param>
    /// <param name="marked">The job, with marks for what lies in the spool.</param>
    /// <param name="spool">Has what the marks stand for.</param>
    private JobOutput(ComputeHordeJob job, ComputeHordeJob marked, TextSpool spool)
    {
        _spool = spool;
        Job = job with { Result = null };
        Stdout = Text(marked.Result?.Stdout is { Length: > 0 } stdout ? stdout : marked.Error?.Stdout);
        Stderr = Text(marked.Result?.Stderr is { Length: > 0 } stderr ? stderr : marked.Error?.Stderr);
        Artifacts = (marked.Result?.Artifacts ?? new Dictionary<string, byte[]>()).ToDictionary(
            static artifact => artifact.Key,
            static artifact => OutputPart.Of(artifact.Value),
            StringComparer.Ordinal
        );
        UnreadableArtifacts = [.. marked.Result?.UnreadableArtifacts.Keys ?? []];
        UploadResults = marked.Result?.UploadResults ?? new Dictionary<string, UploadResult>();
    }

    /// <summary>The job without what it printed and gave; other texts of such a length are replaced.</summary>
    public ComputeHordeJob Job { get; }

    /// <summary>Standard output, of a failed job as well; empty when there is none.</summary>
    public OutputPart Stdout { get; }

    /// <summary>Standard error; like <see cref="Stdout"/>.</summary>
    public OutputPart Stderr { get; }

    /// <summary>Files of the artifacts folder by full path; those whose Base64 cannot be read are missing.</summary>
    public IReadOnlyDictionary<string, OutputPart> Artifacts { get; private set; }

    /// <summary>Full paths of the artifacts whose Base64 cannot be read; empty when all can.</summary>
    public IReadOnlyCollection<string> UnreadableArtifacts { get; private set; }

    /// <summary>
    /// Answers of the output URLs' servers, by path under <c>/output/</c>; a body that is longer than a few kilobytes is left out.
    /// </summary>
    public IReadOnlyDictionary<string, UploadResult> UploadResults { get; private set; }

    internal static async Task<JobOutput> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        var spool = new TextSpool();
        try
        {
            using var json = await JsonDocument.ParseAsync(new SlimJsonStream(body, spool), JsonAnswer.Options, cancellationToken);
            var marked = JobReader.Read(json.RootElement);
            var output = new JobOutput(JobReader.Read(json.RootElement, includeResults: false), marked, spool);
            if (marked.Result is { } result)
            {
                await output.AddArtifactsAsync(result.UnreadableArtifacts, cancellationToken);
                await output.AddUploadsAsync(result.UnreadableUploadResults, cancellationToken);
            }

            return output;
        }
        catch
        {
            spool.Dispose();
            throw;
        }
    }

    /// <summary>Removes the temporary file.</summary>
    public void Dispose() => _spool.Dispose();

    private OutputPart Text(string? text) => _spool.Find(text ?? "") ?? OutputPart.Of(text ?? "");

    private async Task AddArtifactsAsync(IReadOnlyDictionary<string, string> marks, CancellationToken cancellationToken)
    {
        var artifacts = new Dictionary<string, OutputPart>(Artifacts, StringComparer.Ordinal);
        foreach (var (path, mark) in marks)
        {
            if (_spool.Find(mark) is { } text && await _spool.FromBase64Async(text, cancellationToken) is { } bytes)
            {
                artifacts[path] = bytes;
            }
        }

        (Artifacts, UnreadableArtifacts) = (artifacts, [.. marks.Keys.Where(path => !artifacts.ContainsKey(path))]);
    }

    private async Task AddUploadsAsync(IReadOnlyDictionary<string, string> marks, CancellationToken cancellationToken)
    {
        var uploads = new Dictionary<string, UploadResult>(UploadResults, StringComparer.Ordinal);
        foreach (var (path, mark) in marks)
        {
            if (_spool.Find(mark) is { } text && await ReadUploadAsync(text, cancellationToken) is { } upload)
            {
                uploads[path] = upload;
            }
        }

        UploadResults = uploads;
    }

    private static async Task<UploadResult?> ReadUploadAsync(OutputPart text, CancellationToken cancellationToken)
    {
        try
        {
            using var json = await JsonDocument.ParseAsync(new SlimJsonStream(text.OpenRead()), JsonAnswer.Options, cancellationToken);
            return JobResultReader.Upload(json.RootElement);
        }
        catch (JsonException)
        {
            return null; // By the executor's word only; nothing hangs on it.
        }
    }
}
