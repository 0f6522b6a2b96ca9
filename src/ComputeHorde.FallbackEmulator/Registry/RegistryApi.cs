using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ComputeHorde.FallbackEmulator;

/// <summary>
/// An image registry that wants a token, with an index of two platforms for each image; and Hugging Face's lists and files.
/// </summary>
internal static class RegistryApi
{
    private const string Token = "emulated-registry-token",
        Commit = "0123456789abcdef0123456789abcdef01234567";

    public static void Map(WebApplication web, CloudEmulator cloud)
    {
        web.MapGet("/v2/{**path}", (string path, HttpContext context) => Registry(cloud, path, context));
        web.MapGet("/registry-token", () => Results.Json(new JsonObject { ["token"] = Token }));
        web.MapGet(
            "/hf/api/models/{owner}/{name}/revision/{revision}",
            (string owner, string name) =>
                cloud.Options.Repositories.TryGetValue($"{owner}/{name}", out var files)
                    ? Results.Json(
                        new JsonObject
                        {
                            ["sha"] = Commit,
                            ["siblings"] = new JsonArray([
                                .. files.Keys.Select(static file => (JsonNode)new JsonObject { ["rfilename"] = file }),
                            ]),
                        }
                    )
                    : Results.StatusCode(401)
        );
        web.MapGet(
            "/hf/{owner}/{name}/resolve/{commit}/{**file}",
            (string owner, string name, string commit, string file) =>
                commit == Commit
                && cloud.Options.Repositories.TryGetValue($"{owner}/{name}", out var files)
                && files.TryGetValue(file, out var content)
                    ? Results.Text(content)
                    : Results.NotFound()
        );
    }

    private static IResult Registry(CloudEmulator cloud, string path, HttpContext context)
    {
        if (context.Request.Headers.Authorization != $"Bearer {Token}")
        {
            context.Response.Headers.WWWAuthenticate =
                $"Bearer realm=\"{cloud.BaseAddress}registry-token\",service=\"emulated\",scope=\"repository:x:pull,push\"";
            return Results.Unauthorized();
        }

        var parts = path.Split('/');
        var (name, kind, reference) = (string.Join('/', parts[..^2]), parts[^2], parts[^1]);
        if (!cloud.Options.Images.TryGetValue(name, out var image))
        {
            return Results.NotFound();
        }

        var config = new JsonObject
        {
            ["architecture"] = "amd64",
            ["os"] = "linux",
            ["config"] = new JsonObject
            {
                ["Entrypoint"] = Words(image.Entrypoint),
                ["Cmd"] = Words(image.Cmd),
                ["WorkingDir"] = image.WorkingDir,
            },
        }.ToJsonString();
        var manifest = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = "application/vnd.oci.image.manifest.v1+json",
            ["config"] = new JsonObject { ["digest"] = Digest(config), ["size"] = config.Length },
            ["layers"] = new JsonArray(),
        }.ToJsonString();
        var index = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["manifests"] = new JsonArray(Entry(Digest("arm"), "arm64"), Entry(Digest(manifest), "amd64")),
        }.ToJsonString();
        return kind == "blobs"
            ? reference == Digest(config)
                ? Results.Text(config, "application/octet-stream")
                : Results.NotFound()
            : reference == Digest(manifest)
                ? Results.Text(manifest, "application/vnd.oci.image.manifest.v1+json")
                : reference.StartsWith("sha256:", StringComparison.Ordinal)
                    ? Results.NotFound()
                    : Results.Text(index, "application/vnd.oci.image.index.v1+json");
    }

    private static JsonArray? Words(IReadOnlyList<string> words) =>
        words.Count == 0 ? null : new JsonArray([.. words.Select(static word => JsonValue.Create(word))]);

    private static JsonObject Entry(string digest, string architecture) =>
        new()
        {
            ["digest"] = digest,
            ["platform"] = new JsonObject { ["os"] = "linux", ["architecture"] = architecture },
        };

    private static string Digest(string text) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
