using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using ComputeHorde.Emulator.Horde;
using ComputeHorde.Emulator.Python;

namespace ComputeHorde.Emulator.Executor;

/// <summary>Fetches input volumes one after the other, with the executor's retries, limits and uneven failures (protocol 5.4).</summary>
internal sealed class VolumeFetcher(HttpClient http, HordeScheduler scheduler, Uri huggingFace, CounterBook counters)
{
    private const long MaxVolumeBytes = 2147483648;
    private const int Tries = 3;
    private const string Stage = "volume_download";

    /// <summary>Fetches all volumes; throws <see cref="ExecutorException"/> with the end that the real executor would report.</summary>
    public async Task<IReadOnlyList<InputFile>> FetchAsync(PyList volumes, CancellationToken ct)
    {
        var files = new List<InputFile>();
        foreach (PyDict volume in volumes.Cast<PyDict>())
        {
            string relative = volume.GetText("relative_path") ?? "";
            switch (volume.GetText("volume_type"))
            {
                case "inline":
                    files.AddRange(Unzip(new MemoryStream(Decode(volume.GetText("contents")!)), relative));
                    break;
                case "zip_url":
                    files.AddRange(await FetchZipAsync(volume.GetText("contents")!, relative, ct));
                    break;
                case "single_file":
                    files.Add(await FetchFileAsync(ParseUrl(volume.GetText("url")!), token: null, relative, Stream.Null, ct));
                    break;
                default:
                    files.AddRange(await new HuggingFaceSnapshot(http, huggingFace, FetchFileAsync).FetchAsync(volume, relative, ct));
                    break;
            }
        }

        return files;
    }

    private static byte[] Decode(string contents)
    {
        try
        {
            return Convert.FromBase64String(contents);
        }
        catch (FormatException e)
        {
            throw new ExecutorException(JobEnd.Unhandled("Error", Stage), e);
        }
    }

    private async Task<IReadOnlyList<InputFile>> FetchZipAsync(string url, string relative, CancellationToken ct)
    {
        await using var file = new FileStream(
            Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()),
            FileMode.CreateNew,
            FileAccess.ReadWrite,
            FileShare.None,
            65536,
            FileOptions.DeleteOnClose | FileOptions.Asynchronous
        );
        await FetchFileAsync(ParseUrl(url), token: null, relative, file, ct);
        file.Position = 0;
        return Unzip(file, relative);
    }

    private static List<InputFile> Unzip(Stream stream, string relative)
    {
        var files = new List<InputFile>();
        try
        {
            using var zip = new ZipArchive(stream, ZipArchiveMode.Read);
            foreach (ZipArchiveEntry entry in zip.Entries.Where(e => !e.FullName.EndsWith('/')))
            {
                if (entry.Length > MaxVolumeBytes)
                {
                    throw TooLarge();
                }

                using Stream content = entry.Open();
                files.Add(
                    new InputFile(InContainer(relative, entry.FullName), entry.Length, Convert.ToHexStringLower(SHA256.HashData(content)))
                );
            }
        }
        catch (InvalidDataException e)
        {
            throw new ExecutorException(JobEnd.Unhandled("BadZipFile", Stage), e);
        }

        return files;
    }

    /// <summary>
    /// Downloads with up to three tries, resuming by range; the bytes go through the hash and into <paramref name="copy"/>.
    /// </summary>
    private async Task<InputFile> FetchFileAsync(Uri url, string? token, string relative, Stream copy, CancellationToken ct)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long size = 0;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, url);
                request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
                request.Headers.Range = size > 0 ? new RangeHeaderValue(size, null) : null;
                using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
                response.EnsureSuccessStatusCode();
                if (size > 0 && response.StatusCode != HttpStatusCode.PartialContent)
                {
                    hash.GetHashAndReset();
                    size = 0;
                    copy.SetLength(0);
                }

                if (size + response.Content.Headers.ContentLength > MaxVolumeBytes)
                {
                    throw TooLarge();
                }

                await using Stream content = await response.Content.ReadAsStreamAsync(ct);
                byte[] buffer = new byte[65536];
                for (int read = await content.ReadAsync(buffer, ct); read > 0; read = await content.ReadAsync(buffer, ct))
                {
                    size += read;
                    if (size > MaxVolumeBytes)
                    {
                        throw TooLarge();
                    }

                    hash.AppendData(buffer, 0, read);
                    await copy.WriteAsync(buffer.AsMemory(0, read), ct);
                }

                counters.Downloads.Add();
                return new InputFile(InContainer(relative, ""), size, Convert.ToHexStringLower(hash.GetHashAndReset()));
            }
            catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException && !ct.IsCancellationRequested)
            {
                if (attempt == Tries)
                {
                    throw new ExecutorException(JobEnd.Unhandled(PythonName(e), Stage), e);
                }

                await scheduler.Delay(TimeSpan.FromSeconds((attempt == 1 ? 1 : 4) * 1.5), ct);
            }
        }
    }

    /// <summary>What httpx would have called the failure.</summary>
    private static string PythonName(Exception e) =>
        e switch
        {
            HttpRequestException { StatusCode: not null } => "HTTPStatusError",
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError } =>
                "ConnectError",
            TaskCanceledException => "ReadTimeout",
            _ => "ReadError",
        };

    private static Uri ParseUrl(string url) =>
        DownloadUrl.TryParse(url, out Uri? uri) ? uri : throw new ExecutorException(JobEnd.Unhandled("UnsupportedProtocol", Stage));

    private static ExecutorException TooLarge() => new(JobEnd.Failed("download_failed", Stage, "Download failed: Input volume too large"));

    private static string InContainer(string relative, string name) =>
        "/volume/" + string.Join('/', new[] { relative.Trim('/'), name }.Where(s => s.Length > 0));
}
