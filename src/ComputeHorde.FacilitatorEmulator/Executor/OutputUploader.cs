using System.Net.Http.Headers;
using System.Text;
using ComputeHorde.Emulator.Horde;
using ComputeHorde.Emulator.Python;

namespace ComputeHorde.Emulator.Executor;

/// <summary>
/// Sends output files to the URLs a job was given, by the executor's rules: three attempts, no redirects, all at once (protocol 5.5).
/// </summary>
internal sealed class OutputUploader(HttpClient http, HordeScheduler scheduler, CounterBook counters)
{
    private const int Attempts = 3;
    private const long MaxAnswerBytes = 10_000_000;
    private const string Stage = "result_upload";
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Uploads every file; gives the answers by relative path. Throws <see cref="ExecutorException"/>.</summary>
    public async Task<PyDict> UploadAsync(PyList uploads, Func<string, Stream> content, CancellationToken ct)
    {
        var results = new PyDict();
        PyDict[] all = [.. uploads.Cast<PyDict>()];
        string[] answers = await Task.WhenAll(
            all.Select(upload => UploadOneAsync(upload, () => content(upload.GetText("relative_path")!), ct))
        );
        for (int i = 0; i < all.Length; i++)
        {
            results[all[i].GetText("relative_path")!] = answers[i];
        }

        return results;
    }

    private async Task<string> UploadOneAsync(PyDict upload, Func<Stream> content, CancellationToken ct)
    {
        if (
            !Uri.TryCreate(
                upload.GetText("url")!,
                new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true },
                out Uri? url
            )
            || !url.IsAbsoluteUri
            || url.Scheme is not ("http" or "https")
        )
        {
            throw new ExecutorException(ScriptedEnd.UploadFailed);
        }

        for (int attempt = 1; ; attempt++)
        {
            try
            {
                using HttpRequestMessage request = Request(upload, url, content());
                using HttpResponseMessage response = await http.SendAsync(request, ct);
                response.EnsureSuccessStatusCode();
                if (response.Content.Headers.ContentLength > MaxAnswerBytes)
                {
                    throw new ExecutorException(ScriptedEnd.UploadFailed);
                }

                byte[] body = await response.Content.ReadAsByteArrayAsync(ct);
                counters.Uploads.Add();
                return Answer(response, body);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException && !ct.IsCancellationRequested)
            {
                if (attempt == Attempts)
                {
                    throw new ExecutorException(ScriptedEnd.UploadFailed, e);
                }

                await scheduler.Delay(TimeSpan.FromSeconds(attempt), ct);
            }
        }
    }

    private static HttpRequestMessage Request(PyDict upload, Uri url, Stream content)
    {
        bool put = upload.GetText("output_upload_type") == "single_file_put";
        var request = new HttpRequestMessage(put ? HttpMethod.Put : HttpMethod.Post, url)
        {
            Content = put ? new StreamContent(content) : Form(upload, content),
        };
        foreach ((string name, object? value) in upload.Get("signed_headers") as PyDict ?? [])
        {
            if (!request.Headers.TryAddWithoutValidation(name, (string?)value))
            {
                request.Content.Headers.Remove(name);
                request.Content.Headers.TryAddWithoutValidation(name, (string?)value);
            }
        }

        return request;
    }

    /// <summary>The form as httpx writes it: fields first, names quoted, no content types but the file's.</summary>
    private static MultipartFormDataContent Form(PyDict upload, Stream content)
    {
        string boundary = Convert.ToHexStringLower(Guid.NewGuid().ToByteArray());
        var form = new MultipartFormDataContent(boundary);
        form.Headers.ContentType = MediaTypeHeaderValue.Parse($"multipart/form-data; boundary={boundary}");
        foreach ((string name, object? value) in upload.Get("form_fields") as PyDict ?? [])
        {
            var field = new ByteArrayContent(Encoding.UTF8.GetBytes((string)value!));
            field.Headers.ContentDisposition = new ContentDispositionHeaderValue("form-data") { Name = $"\"{name}\"" };
            form.Add(field);
        }

        string fileName = Path.GetFileName(upload.GetText("relative_path")!);
        var file = new StreamContent(content);
        file.Headers.ContentDisposition = new ContentDispositionHeaderValue("form-data")
        {
            Name = "\"file\"",
            FileName = $"\"{fileName}\"",
        };
        file.Headers.ContentType = new MediaTypeHeaderValue(ContentType(fileName));
        form.Add(file);
        return form;
    }

    private static string ContentType(string fileName) =>
        Path.GetExtension(fileName).ToLowerInvariant() switch
        {
            ".txt" or ".log" => "text/plain",
            ".json" => "application/json",
            ".csv" => "text/csv",
            ".html" => "text/html",
            ".png" => "image/png",
            ".jpg" or ".jpeg" => "image/jpeg",
            ".zip" => "application/zip",
            _ => "application/octet-stream",
        };

    private static string Answer(HttpResponseMessage response, byte[] body)
    {
        var headers = new PyDict();
        foreach ((string name, IEnumerable<string> values) in response.Headers.Concat(response.Content.Headers))
        {
            headers[name.ToLowerInvariant()] = string.Join(", ", values);
        }

        try
        {
            return PyJsonWriter.DumpsSorted(new PyDict { ["headers"] = headers, ["body"] = StrictUtf8.GetString(body) });
        }
        catch (DecoderFallbackException e)
        {
            throw new ExecutorException(JobEnd.Unhandled("UnicodeDecodeError", Stage), e);
        }
    }
}
