using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs.Models;
using ComputeHorde.Sdk;

namespace ComputeHorde.Fallback;

/// <summary>Reads what a job has written to its blobs. All of it is the machine's word: bounded, and never trusted with a path.</summary>
internal sealed class JobResults(JobBlobs blobs)
{
    private const int MaxCharacters = 1_000_000,
        MaxTextBytes = 4 * MaxCharacters,
        MaxArtifacts = 1000;
    private const long MaxArtifactBytes = 1_000_000,
        MaxArtifactsBytes = 64L << 20;

    /// <summary>What the wrapper wrote last; null while there is nothing.</summary>
    public async Task<JobVerdict?> FindVerdictAsync(JobRecord record, CancellationToken cancellationToken)
    {
        if (await blobs.FindAsync(record.Id, JobBlobs.Result, cancellationToken) is not { } blob)
        {
            return null;
        }

        var at = blob.Details.LastModified;
        try
        {
            var result = JsonSerializer.Deserialize<WrapperResult>(blob.Content, ProviderJson.Options) ?? throw new JsonException("null");
            var status = result.Class switch
            {
                "completed" => JobStatus.Completed,
                "failed" => JobStatus.Failed,
                "horde_failed" => JobStatus.HordeFailed,
                _ => throw new JsonException("class"),
            };
            return new JobVerdict(status.Value, result.Reason ?? "unknown", at)
            {
                Stage = result.Stage,
                ExitCode = result.Exit,
                Stages = StageTime.Parse(result.Stages ?? ""),
                Message = Message(result),
            };
        }
        catch (JsonException)
        {
            return new JobVerdict(JobStatus.HordeFailed.Value, "generic_error", at)
            {
                Message = "The machine wrote a result that cannot be read.",
            };
        }
    }

    /// <summary>How far the job has come, and when it last showed that it is alive; null before its first sign.</summary>
    public async Task<(IReadOnlyList<StageTime> Stages, DateTimeOffset SeenAt)?> FindStagesAsync(
        JobRecord record,
        CancellationToken cancellationToken
    ) =>
        await blobs.FindAsync(record.Id, JobBlobs.Stage, cancellationToken) is { } blob
            ? ([.. StageTime.Parse(blob.Content.ToString()).Where(static stage => stage.Stage != "now")], blob.Details.LastModified)
            : null;

    /// <summary>Standard output or error, its middle cut out over a million characters, as executors do.</summary>
    public async Task<string> ReadTextAsync(JobRecord record, string name, CancellationToken cancellationToken)
    {
        var blob = await blobs.BlobAsync(record.Id, name, cancellationToken);
        try
        {
            BlobProperties properties = await blob.GetPropertiesAsync(conditions: null, cancellationToken);
            if (properties.ContentLength <= MaxTextBytes)
            {
                return Cut((await blob.DownloadContentAsync(cancellationToken)).Value.Content.ToString());
            }

            var head = await RangeAsync(new HttpRange(0, MaxTextBytes / 2));
            var tail = await RangeAsync(new HttpRange(properties.ContentLength - (MaxTextBytes / 2)));
            return Join(Encoding.UTF8.GetString(head), Encoding.UTF8.GetString(tail));
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return "";
        }

        async Task<byte[]> RangeAsync(HttpRange range) =>
            (await blob.DownloadContentAsync(new BlobDownloadOptions { Range = range }, cancellationToken)).Value.Content.ToArray();
    }

    /// <summary>The files of the artifacts folder by full path.</summary>
    public async Task<IReadOnlyDictionary<string, byte[]>> ReadArtifactsAsync(JobRecord record, CancellationToken cancellationToken)
    {
        var artifacts = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        if (record.ArtifactsDir.Length == 0 || await blobs.FindAsync(record.Id, JobBlobs.Artifacts, cancellationToken) is not { } blob)
        {
            return artifacts;
        }

        try
        {
            await using var gzip = new GZipStream(blob.Content.ToStream(), CompressionMode.Decompress);
            await using var tar = new TarReader(gzip);
            var total = 0L;
            while (artifacts.Count < MaxArtifacts && await tar.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
            {
                if (
                    entry is { EntryType: TarEntryType.RegularFile or TarEntryType.V7RegularFile, Length: < MaxArtifactBytes }
                    && (total += entry.Length) <= MaxArtifactsBytes
                )
                {
                    var content = new byte[entry.Length];
                    if (entry.DataStream is { } data)
                    {
                        await data.ReadExactlyAsync(content, cancellationToken);
                    }

                    artifacts[
                        $"{record.ArtifactsDir.TrimEnd('/')}/{entry.Name[(entry.Name.StartsWith("./", StringComparison.Ordinal) ? 2 : 0)..]}"
                    ] = content;
                }
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or FormatException)
        {
            // A broken archive spoils what it holds from there on, and nothing else.
        }

        return artifacts;
    }

    private static string Cut(string text) => text.Length <= MaxCharacters ? text : Join(text, text);

    private static string Join(string head, string tail) =>
        string.Concat(
            head.AsSpan(0, Math.Min(head.Length, MaxCharacters / 2)),
            " ... ",
            tail.AsSpan(Math.Max(0, tail.Length - (MaxCharacters / 2)))
        );

    private static string Message(WrapperResult result) =>
        result.Reason switch
        {
            "ok" => "",
            "nonzero_return_code" => $"The command ended with exit code {result.Exit}.",
            "timeout" => $"The time limit of stage {result.Stage} was reached.",
            "download_failed" => "An input could not be fetched.",
            "upload_failed" => "An output is missing or could not be uploaded.",
            "restarted" => "The machine's container was started a second time; the job is not run twice.",
            "no_transfer_tool" => "The image has none of curl, wget and python3, and none could be installed.",
            "folders_not_writable" => "The image's user may not write to /volume, /output or the artifacts folder.",
            var reason => reason ?? "",
        };

    private sealed record WrapperResult(string? Class, string? Reason, string? Stage, int? Exit, string? Stages);
}
