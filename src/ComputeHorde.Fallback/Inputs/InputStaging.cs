using System.Formats.Tar;
using System.IO.Compression;
using Azure.Storage.Sas;
using ComputeHorde.Sdk;

namespace ComputeHorde.Fallback;

/// <summary>
/// Turns input volumes into plain downloads. Archives are opened here and staged as tar, which every image can unpack; what is wrong with
/// them is found before anything costs.
/// </summary>
internal sealed class InputStaging(JobBlobs blobs, HttpClient client, FallbackOptions options, TimeProvider time)
{
    private const string Root = "/volume/";

    private readonly HuggingFaceFiles _huggingFace = new(client, options, time);

    public async Task<IReadOnlyList<PlannedInput>> StageAsync(
        string job,
        ComputeHordeJobSpec spec,
        DateTimeOffset until,
        CancellationToken cancellationToken
    )
    {
        var inputs = new List<PlannedInput>();
        foreach (var (mount, volume) in spec.InputVolumes)
        {
            var path = mount[Root.Length..].Trim('/');
            switch (volume)
            {
                case HttpVolume http:
                    inputs.Add(new PlannedInput(http.Url, path, IsArchive: false));
                    break;
                case HuggingfaceVolume repository:
                    inputs.AddRange(await _huggingFace.ListAsync(repository, path, cancellationToken));
                    break;
                case InlineVolume inline:
                    inputs.Add(
                        await StageAsync(
                            job,
                            mount,
                            inputs.Count,
                            new MemoryStream(Decode(mount, inline.Contents)),
                            until,
                            cancellationToken
                        )
                    );
                    break;
                case ZipUrlVolume zip:
                    await using (var file = await DownloadAsync(mount, zip.Url, cancellationToken))
                    {
                        inputs.Add(await StageAsync(job, mount, inputs.Count, file, until, cancellationToken));
                    }

                    break;
                default:
                    throw Wrong(mount, $"volumes of type {volume.GetType().Name} cannot be given to a fallback machine.");
            }
        }

        return inputs;
    }

    private async Task<PlannedInput> StageAsync(
        string job,
        string mount,
        int number,
        Stream zip,
        DateTimeOffset until,
        CancellationToken cancellationToken
    )
    {
        await using var tar = TemporaryFile();
        try
        {
            await RepackAsync(mount, zip, tar, cancellationToken);
        }
        catch (InvalidDataException)
        {
            throw Wrong(mount, "is not a ZIP archive that can be read.");
        }

        tar.Position = 0;
        var name = $"in{number}.tgz";
        await (await blobs.BlobAsync(job, name, cancellationToken)).UploadAsync(tar, overwrite: true, cancellationToken);
        return new PlannedInput(
            (await blobs.SignAsync(job, name, BlobSasPermissions.Read, until, cancellationToken)).AbsoluteUri,
            mount[Root.Length..].Trim('/'),
            IsArchive: true
        );
    }

    private async Task RepackAsync(string mount, Stream zip, Stream tar, CancellationToken cancellationToken)
    {
        await using var archive = await ZipArchive.CreateAsync(
            zip,
            ZipArchiveMode.Read,
            leaveOpen: true,
            entryNameEncoding: null,
            cancellationToken
        );
        await using var packed = new GZipStream(tar, CompressionLevel.Fastest, leaveOpen: true);
        await using var writer = new TarWriter(packed, TarEntryFormat.Pax, leaveOpen: true);
        var left = options.MaxStagedBytes;
        foreach (var entry in archive.Entries.Where(static entry => !entry.FullName.EndsWith('/')))
        {
            if (entry.FullName.StartsWith('/') || entry.FullName.Contains('\\') || entry.FullName.Split('/').Contains(".."))
            {
                throw Wrong(mount, "holds a file whose name leaves the volume.");
            }

            // The archive's own word for the size may be a lie: it is the bytes that count.
            await using var content = TemporaryFile();
            await using (var packedEntry = await entry.OpenAsync(cancellationToken))
            {
                left -= await CopyAsync(mount, packedEntry, content, left, cancellationToken);
            }

            content.Position = 0;
            await writer.WriteEntryAsync(
                new PaxTarEntry(TarEntryType.RegularFile, entry.FullName) { DataStream = content, Mode = (UnixFileMode)0b110_100_100 },
                cancellationToken
            );
        }
    }

    private async Task<FileStream> DownloadAsync(string mount, string url, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.StartLimit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        var file = TemporaryFile();
        try
        {
            using var response = await client.GetAsync(new Uri(url), HttpCompletionOption.ResponseHeadersRead, linked.Token);
            if ((int)response.StatusCode is >= 400 and < 500 and not (408 or 429))
            {
                throw Wrong(mount, $"cannot be fetched: HTTP {(int)response.StatusCode}.");
            }

            response.EnsureSuccessStatusCode();
            await using var body = await response.Content.ReadAsStreamAsync(linked.Token);
            await CopyAsync(mount, body, file, options.MaxStagedBytes, linked.Token);
            file.Position = 0;
            return file;
        }
        catch (Exception exception)
        {
            await file.DisposeAsync();
            if (exception is FallbackException || cancellationToken.IsCancellationRequested)
            {
                throw;
            }

            throw new FallbackException(FallbackFailure.Unknown, $"input_volumes[\"{mount}\"] cannot be fetched now.", exception);
        }
    }

    private async Task<long> CopyAsync(string mount, Stream from, Stream to, long most, CancellationToken cancellationToken)
    {
        var total = 0L;
        var buffer = new byte[81_920];
        for (int read; (read = await from.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            total += read;
            if (total > most)
            {
                throw Wrong(
                    mount,
                    $"holds more than {options.MaxStagedBytes} bytes, which is the most that is unpacked for a fallback machine."
                );
            }

            await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        return total;
    }

    private static byte[] Decode(string mount, string contents)
    {
        try
        {
            return Convert.FromBase64String(contents);
        }
        catch (FormatException)
        {
            throw Wrong(mount, "contents are not Base64.");
        }
    }

    private static FileStream TemporaryFile() =>
        new(
            Path.GetTempFileName(),
            new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = FileAccess.ReadWrite,
                Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
            }
        );

    private static FallbackException Wrong(string mount, string text) => new(FallbackFailure.Job, $"input_volumes[\"{mount}\"]: {text}");
}
