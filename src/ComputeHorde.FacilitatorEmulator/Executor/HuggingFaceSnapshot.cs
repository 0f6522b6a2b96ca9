using System.Net;
using System.Net.Http.Headers;
using ComputeHorde.Emulator.Horde;
using ComputeHorde.Emulator.Python;

namespace ComputeHorde.Emulator.Executor;

/// <summary>Fetches a Hugging Face repository as <c>snapshot_download</c> does: the revision's file list, then each file.</summary>
internal sealed class HuggingFaceSnapshot(
    HttpClient http,
    Uri baseAddress,
    Func<Uri, string?, string, Stream, CancellationToken, Task<InputFile>> fetchFile
)
{
    private const string Stage = "volume_download";

    /// <summary>Fetches the files that match the volume's patterns; throws <see cref="ExecutorException"/>.</summary>
    public async Task<IReadOnlyList<InputFile>> FetchAsync(PyDict volume, string relative, CancellationToken ct)
    {
        string repository = volume.GetText("repo_id")!;
        string? token = volume.GetText("token");
        string revision = volume.GetText("revision") ?? "main";
        (string api, string files) = volume.GetText("repo_type") switch
        {
            null or "model" => ("models", ""),
            "dataset" => ("datasets", "datasets/"),
            "space" => ("spaces", "spaces/"),
            _ => throw new ExecutorException(JobEnd.Unhandled("ValueError", Stage)),
        };

        PyDict info = await DescribeAsync(
            new Uri(baseAddress, $"api/{api}/{repository}/revision/{Uri.EscapeDataString(revision)}"),
            token,
            ct
        );
        string commit = info.GetText("sha") ?? revision;
        var result = new List<InputFile>();
        foreach (
            string name in (info.Get("siblings") as PyList ?? []).OfType<PyDict>().Select(f => f.GetText("rfilename")).OfType<string>()
        )
        {
            if (Matches(volume.Get("allow_patterns"), name))
            {
                var url = new Uri(
                    baseAddress,
                    $"{files}{repository}/resolve/{commit}/{string.Join('/', name.Split('/').Select(Uri.EscapeDataString))}"
                );
                result.Add(await fetchFile(url, token, $"{relative.Trim('/')}/{name}", Stream.Null, ct));
            }
        }

        return result;
    }

    private async Task<PyDict> DescribeAsync(Uri url, string? token, CancellationToken ct)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
            using HttpResponseMessage response = await http.SendAsync(request, ct);
            if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Unauthorized)
            {
                throw new ExecutorException(JobEnd.Unhandled("RepositoryNotFoundError", Stage));
            }

            response.EnsureSuccessStatusCode();
            return PyJsonParser.Parse(await response.Content.ReadAsByteArrayAsync(ct)) as PyDict
                ?? throw new ExecutorException(JobEnd.Unhandled("ValueError", Stage));
        }
        catch (Exception e) when (e is HttpRequestException or PyJsonException or TaskCanceledException && !ct.IsCancellationRequested)
        {
            throw new ExecutorException(
                JobEnd.Unhandled(e is HttpRequestException { StatusCode: null } ? "ConnectError" : "HfHubHTTPError", Stage),
                e
            );
        }
    }

    private static bool Matches(object? patterns, string name) =>
        patterns switch
        {
            string pattern => Match(pattern, name),
            PyList list => list.OfType<string>().Any(pattern => Match(pattern, name)),
            _ => true,
        };

    private static bool Match(string pattern, string name) => FnMatch.IsMatch(pattern.EndsWith('/') ? pattern + "*" : pattern, name);
}
