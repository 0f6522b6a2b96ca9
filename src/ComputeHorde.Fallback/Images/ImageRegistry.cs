using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ComputeHorde.Fallback;

/// <summary>Looks images up by the Registry HTTP API v2: which digest, ENTRYPOINT, CMD and WORKDIR. No layer is fetched.</summary>
internal sealed class ImageRegistry(HttpClient client, FallbackOptions options, TimeProvider time)
{
    private static readonly string[] ManifestTypes =
    [
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    ];

    private static readonly Regex Field = new(
        "(?<name>[a-z]+)=\"(?<value>[^\"]*)\"",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture
    );

    private readonly ProviderHttp _http = new(client, "The image registry", options.RequestTimeout, options.MaxRetries, time);

    /// <exception cref="FallbackException">The image is unknown or is not for linux/amd64, or nobody answered.</exception>
    public async Task<ImageConfig> LookUpAsync(string image, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(image, cancellationToken);
        }
        catch (Exception exception) when (exception is KeyNotFoundException or InvalidOperationException)
        {
            throw new FallbackException(
                FallbackFailure.Unknown,
                "The image registry answered with a manifest that cannot be read.",
                exception
            );
        }
    }

    private async Task<ImageConfig> ReadAsync(string image, CancellationToken cancellationToken)
    {
        var name = ImageName.Parse(image);
        var login = new Login();
        var top = await ManifestAsync(name, name.Reference, login, cancellationToken);
        var (digest, manifest) = (name.Digest, top);
        if (top.TryGetProperty("manifests", out var several))
        {
            digest =
                several.EnumerateArray().Where(IsLinux).Select(static entry => entry.GetProperty("digest").GetString()).FirstOrDefault()
                ?? throw new FallbackException(FallbackFailure.Job, $"docker_image: '{image}' has no variant for linux/amd64.");
            manifest = await ManifestAsync(name, digest, login, cancellationToken);
        }

        var config = manifest.GetProperty("config").GetProperty("digest").GetString()!;
        var document = (await SendAsync(name, $"blobs/{config}", login, cancellationToken)).Read<JsonElement>();
        var run = document.TryGetProperty("config", out var inner) ? inner : default;
        return new ImageConfig(
            digest is null ? image : name.Pinned(digest),
            Texts(run, "Entrypoint"),
            Texts(run, "Cmd"),
            Text(run, "WorkingDir")
        );
    }

    private async Task<JsonElement> ManifestAsync(ImageName name, string reference, Login login, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(name, $"manifests/{reference}", login, cancellationToken);
        return answer.Read<JsonElement>();
    }

    private async Task<ProviderAnswer> SendAsync(ImageName name, string path, Login login, CancellationToken cancellationToken)
    {
        // As Docker does: a registry on this machine is spoken to by http.
        var uri = new Uri($"https://{name.ApiHost}/v2/{name.Repository}/{path}");
        uri =
            uri.IsLoopback || options.InsecureRegistries.Contains(name.Registry)
                ? new Uri($"http://{uri.Authority}{uri.PathAndQuery}")
                : uri;
        for (var tries = 0; ; tries++)
        {
            var answer = await _http.SendAsync(
                _ =>
                {
                    var message = new HttpRequestMessage(HttpMethod.Get, uri);
                    message.Headers.Accept.ParseAdd(string.Join(", ", ManifestTypes));
                    message.Headers.Authorization = login.Header;
                    return ValueTask.FromResult(message);
                },
                cancellationToken,
                HttpStatusCode.Unauthorized,
                HttpStatusCode.Forbidden,
                HttpStatusCode.NotFound
            );
            if (answer.Status == HttpStatusCode.Unauthorized && tries == 0 && answer.Challenge is { } challenge)
            {
                login.Header = await LogInAsync(name, challenge, cancellationToken);
                continue;
            }

            return answer.Status == HttpStatusCode.OK
                ? answer
                : throw new FallbackException(
                    FallbackFailure.Job,
                    $"docker_image: {name.Registry} has no image {name.Repository}:{name.Reference} that may be read (HTTP {(int)answer.Status})."
                );
        }
    }

    private async Task<AuthenticationHeaderValue> LogInAsync(ImageName name, string challenge, CancellationToken cancellationToken)
    {
        var account = options.Registries.GetValueOrDefault(name.Registry);
        var basic = account is null
            ? null
            : new AuthenticationHeaderValue(
                "Basic",
                Convert.ToBase64String(Encoding.UTF8.GetBytes($"{account.Username}:{account.Password}"))
            );
        if (!challenge.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return basic
                ?? throw new FallbackException(
                    FallbackFailure.Job,
                    $"docker_image: {name.Registry} wants a login, and none is set for it."
                );
        }

        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (Match field in Field.Matches(challenge))
        {
            fields[field.Groups["name"].Value] = field.Groups["value"].Value;
        }

        if (!Uri.TryCreate(fields.GetValueOrDefault("realm"), UriKind.Absolute, out var realm))
        {
            throw new FallbackException(FallbackFailure.Unknown, $"{name.Registry} wants a login and does not say where.");
        }

        if (basic is not null && realm.Scheme != Uri.UriSchemeHttps && !realm.IsLoopback)
        {
            throw new FallbackException(FallbackFailure.Job, $"docker_image: {name.Registry} wants its password sent over http.");
        }

        var query =
            $"service={Uri.EscapeDataString(fields.GetValueOrDefault("service", ""))}&scope={Uri.EscapeDataString(fields.GetValueOrDefault("scope", $"repository:{name.Repository}:pull"))}";
        var answer = await _http.SendAsync(
            _ =>
            {
                var message = new HttpRequestMessage(HttpMethod.Get, new Uri($"{realm}{(realm.Query.Length > 0 ? "&" : "?")}{query}"));
                message.Headers.Authorization = basic;
                return ValueTask.FromResult(message);
            },
            cancellationToken
        );
        var login = answer.Read<JsonElement>();
        var token = Text(login, "token") is { Length: > 0 } text ? text : Text(login, "access_token");
        return new AuthenticationHeaderValue("Bearer", token);
    }

    private static bool IsLinux(JsonElement entry) =>
        entry.TryGetProperty("platform", out var platform) && Text(platform, "os") == "linux" && Text(platform, "architecture") == "amd64";

    private static string Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : "";

    private static IReadOnlyList<string> Texts(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select(static text => text.GetString() ?? "")]
            : [];

    /// <summary>The login that a look-up has found to be needed.</summary>
    private sealed class Login
    {
        public AuthenticationHeaderValue? Header { get; set; }
    }
}
