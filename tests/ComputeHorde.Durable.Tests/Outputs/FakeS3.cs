using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.Tests.Outputs;

/// <summary>
/// A store that speaks as much S3 as outputs need: presigned PUT, POST forms, HEAD and GET. It checks presigned signatures and policies the
/// way the "Signature Version 4" documentation of Amazon S3 describes it, with code of its own.
/// </summary>
internal sealed class FakeS3 : IAsyncDisposable
{
    public const string AccessKey = "AKIDEXAMPLE",
        SecretKey = "a-key-of-these-tests-only",
        Region = "auto",
        Bucket = "outputs-bucket";

    private readonly WebApplication _web;

    private FakeS3(WebApplication web) => _web = web;

    public Uri Address { get; private set; } = null!;

    public ConcurrentDictionary<string, byte[]> Objects { get; } = new(StringComparer.Ordinal);

    /// <summary>Why uploads were refused.</summary>
    public ConcurrentQueue<string> Refusals { get; } = new();

    public static async Task<FakeS3> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var web = builder.Build();
        web.Urls.Add("http://127.0.0.1:0");
        var store = new FakeS3(web);
        web.Run(store.HandleAsync);
        await web.StartAsync(TestContext.Current.CancellationToken);
        store.Address = new Uri(web.Urls.First());
        return store;
    }

    public ValueTask DisposeAsync() => _web.DisposeAsync();

    private async Task HandleAsync(HttpContext http)
    {
        var key = http.Request.Path.Value!.Split('/', 3) is [_, Bucket, var name] ? name : "";
        var refusal = http.Request.Method switch
        {
            "PUT" => await PutAsync(http, key),
            "POST" => await PostAsync(http),
            "HEAD" or "GET" => await GetAsync(http, key),
            _ => "method",
        };
        if (refusal is not null)
        {
            Refusals.Enqueue(refusal);
            http.Response.StatusCode =
                refusal == "missing" ? 404
                : refusal == "exists" ? 412
                : 403;
        }
    }

    private async Task<string?> PutAsync(HttpContext http, string key)
    {
        if (CheckQuery(http.Request) is { } refusal)
        {
            return refusal;
        }

        var once = http.Request.Headers.IfNoneMatch == "*";
        return !once || !Objects.ContainsKey(key) ? await KeepAsync(key, http.Request.Body) : "exists";
    }

    private async Task<string?> PostAsync(HttpContext http)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var policy = form["policy"].ToString();
        var scope = form["x-amz-credential"].ToString();
        if (form["x-amz-signature"] != Hex(HMACSHA256.HashData(SigningKey(scope), Encoding.UTF8.GetBytes(policy))))
        {
            return "signature";
        }

        var document = JsonNode.Parse(Convert.FromBase64String(policy))!;
        if (DateTimeOffset.Parse((string)document["expiration"]!, CultureInfo.InvariantCulture) < DateTimeOffset.UtcNow)
        {
            return "expired";
        }

        foreach (var condition in document["conditions"]!.AsArray().OfType<JsonObject>().SelectMany(static condition => condition))
        {
            if (condition.Key != "bucket" && form[condition.Key] != (string)condition.Value!)
            {
                return $"condition {condition.Key}";
            }
        }

        http.Response.StatusCode = 204;
        return await KeepAsync(form["key"].ToString(), form.Files["file"]!.OpenReadStream());
    }

    private async Task<string?> KeepAsync(string key, Stream content)
    {
        using var copy = new MemoryStream();
        await content.CopyToAsync(copy);
        Objects[key] = copy.ToArray();
        return null;
    }

    private async Task<string?> GetAsync(HttpContext http, string key)
    {
        if (http.Request.Query.ContainsKey("X-Amz-Signature") && CheckQuery(http.Request) is { } refusal)
        {
            return refusal;
        }

        if (!Objects.TryGetValue(key, out var content))
        {
            return "missing";
        }

#pragma warning disable CA5351 // S3 names the MD5 of an object its ETag.
        http.Response.Headers.ETag = $"\"{Hex(MD5.HashData(content))}\"";
#pragma warning restore CA5351
        http.Response.ContentLength = content.Length;
        if (http.Request.Method == "GET")
        {
            await http.Response.Body.WriteAsync(content);
        }

        return null;
    }

    private static string? CheckQuery(HttpRequest request)
    {
        var query = request.Query;
        var date = query["X-Amz-Date"].ToString();
        var signed = query["X-Amz-SignedHeaders"].ToString();
        var canonicalQuery = string.Join(
            '&',
            query
                .Where(static pair => pair.Key != "X-Amz-Signature")
                .Select(static pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value.ToString())}")
                .Order(StringComparer.Ordinal)
        );
        var headers = string.Concat(
            signed.Split(';').Select(name => $"{name}:{(name == "host" ? request.Host.Value : request.Headers[name].ToString())}\n")
        );
        var path = string.Join('/', request.Path.Value!.Split('/').Select(Uri.EscapeDataString));
        var canonical = $"{request.Method}\n{path}\n{canonicalQuery}\n{headers}\n{signed}\nUNSIGNED-PAYLOAD";
        var credential = query["X-Amz-Credential"].ToString();
        var text =
            $"AWS4-HMAC-SHA256\n{date}\n{credential[(credential.IndexOf('/') + 1)..]}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        if (query["X-Amz-Signature"] != Hex(HMACSHA256.HashData(SigningKey(credential), Encoding.UTF8.GetBytes(text))))
        {
            return "signature";
        }

        var start = DateTimeOffset.ParseExact(date, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        return start.AddSeconds(int.Parse(query["X-Amz-Expires"].ToString(), CultureInfo.InvariantCulture)) < DateTimeOffset.UtcNow
            ? "expired"
            : null;
    }

    private static byte[] SigningKey(string credential) =>
        credential.Split('/') is [AccessKey, var day, Region, "s3", "aws4_request"]
            ? Hmac(Hmac(Hmac(Hmac(Encoding.UTF8.GetBytes("AWS4" + SecretKey), day), Region), "s3"), "aws4_request")
            : [];

    private static byte[] Hmac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
