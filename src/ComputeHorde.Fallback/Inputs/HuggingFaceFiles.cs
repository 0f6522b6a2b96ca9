using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ComputeHorde.Sdk;

namespace ComputeHorde.Fallback;

/// <summary>Lists the files of a Hugging Face repository, so that a machine needs nothing but plain downloads.</summary>
internal sealed class HuggingFaceFiles(HttpClient client, FallbackOptions options, TimeProvider time)
{
    private const int MostFiles = 500;

    private readonly ProviderHttp _http = new(client, "Hugging Face", options.RequestTimeout, options.MaxRetries, time);

    /// <exception cref="FallbackException">The repository cannot be read, has no file that is wanted, or too many.</exception>
    public async Task<IReadOnlyList<PlannedInput>> ListAsync(HuggingfaceVolume volume, string path, CancellationToken cancellationToken)
    {
        var kind = volume.RepoType switch
        {
            null or "" or "model" => "models",
            "dataset" => "datasets",
            "space" => "spaces",
            _ => throw Wrong("repo_type must be model, dataset or space."),
        };
        var repository = string.Join('/', volume.RepoId.Split('/').Select(Uri.EscapeDataString));
        var answer = await _http.SendAsync(
            _ =>
            {
                var message = new HttpRequestMessage(
                    HttpMethod.Get,
                    new Uri(options.HuggingFace, $"api/{kind}/{repository}/revision/{Uri.EscapeDataString(volume.Revision ?? "main")}")
                );
                message.Headers.Authorization = volume.Token is { Length: > 0 } token
                    ? new AuthenticationHeaderValue("Bearer", token)
                    : null;
                return ValueTask.FromResult(message);
            },
            cancellationToken,
            HttpStatusCode.Unauthorized,
            HttpStatusCode.Forbidden,
            HttpStatusCode.NotFound
        );
        if (answer.Status != HttpStatusCode.OK)
        {
            throw Wrong(
                $"Hugging Face has no repository {volume.RepoId} at {volume.Revision ?? "main"} that may be read (HTTP {(int)answer.Status})."
            );
        }

        var (sha, files) = Read(answer);
        var wanted = files
            .Where(file => volume.AllowPatterns is not { } allowed || allowed.Patterns.Any(pattern => FnMatch.IsMatch(pattern, file)))
            .ToList();
        if (wanted.Count is 0 or > MostFiles)
        {
            throw Wrong(
                wanted.Count == 0
                    ? $"no file of {volume.RepoId} is wanted."
                    : $"{wanted.Count} files of {volume.RepoId} are wanted; at most {MostFiles} can be: set allow_patterns."
            );
        }

        var folder = kind == "models" ? "" : kind + "/";
        IReadOnlyList<KeyValuePair<string, string>> headers = volume.Token is { Length: > 0 } secret
            ? [KeyValuePair.Create("Authorization", "Bearer " + secret)]
            : [];
        return
        [
            .. wanted.Select(file => new PlannedInput(
                new Uri(
                    options.HuggingFace,
                    $"{folder}{repository}/resolve/{sha}/{string.Join('/', file.Split('/').Select(Uri.EscapeDataString))}"
                ).AbsoluteUri,
                $"{path}/{file}",
                IsArchive: false
            )
            {
                Headers = headers,
            }),
        ];

        FallbackException Wrong(string text) => new(FallbackFailure.Job, $"input_volumes[\"/volume/{path}\"]: {text}");
    }

    private static (string Sha, List<string> Files) Read(ProviderAnswer answer)
    {
        var document = answer.Read<JsonElement>();
        if (
            document.ValueKind == JsonValueKind.Object
            && document.TryGetProperty("sha", out var sha)
            && sha.GetString() is { Length: > 0 } commit
            && document.TryGetProperty("siblings", out var siblings)
            && siblings.ValueKind == JsonValueKind.Array
        )
        {
            var names = siblings
                .EnumerateArray()
                .Select(static file => file.TryGetProperty("rfilename", out var name) ? name.GetString() ?? "" : "");

            // A name that leaves the folder would be a foreign file anywhere on the machine.
            return (
                commit,
                [
                    .. names.Where(static name =>
                        name.Length > 0 && !name.Any(char.IsControl) && name.Split('/').All(static part => part is not ("" or "." or ".."))
                    ),
                ]
            );
        }

        throw new FallbackException(FallbackFailure.Unknown, "Hugging Face answered with something that is no list of files.");
    }
}
