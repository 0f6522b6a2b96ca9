using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Sdk.Tests;

/// <summary>A call as the server sees it.</summary>
/// <param name="Name">nonce, login, create, get, list or report.</param>
/// <param name="Number">1 for the first call of that name.</param>
/// <param name="Context">The HTTP context.</param>
/// <param name="Server">The server.</param>
internal sealed record Call(string Name, int Number, HttpContext Context, FakeFacilitator Server);

/// <summary>A Kestrel server that stores jobs and misbehaves on demand. It checks no signatures: the emulator does that.</summary>
internal sealed class FakeFacilitator : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, int> _calls = new();
    private readonly Lock _lock = new();

    private FakeFacilitator(WebApplication app) => _app = app;

    /// <summary>Stored job bodies.</summary>
    public List<JsonObject> Jobs { get; } = [];

    /// <summary>Requests as "name header header ...".</summary>
    public ConcurrentQueue<(string Name, string Query, IReadOnlyList<string> Headers, string Authorization)> Seen { get; } = new();

    /// <summary>The newest request's body.</summary>
    public byte[] LastBody { get; private set; } = [];

    /// <summary>Uuids of jobs that cannot be shown: their detail, and every list that holds one, is HTTP 500 (protocol 5.2).</summary>
    public HashSet<string> Spoilt { get; } = [];

    /// <summary>The largest page that is given, whatever is asked for.</summary>
    public int MaxPageSize { get; set; } = 256;

    /// <summary>Runs before a call is handled; true when it has answered or broken the connection.</summary>
    public Func<Call, Task<bool>> Before { get; set; } = _ => Task.FromResult(false);

    /// <summary>Runs after a job is stored and before the answer; true when it has answered or broken the connection.</summary>
    public Func<Call, Task<bool>> AfterStore { get; set; } = _ => Task.FromResult(false);

    /// <summary>The clock of a client whose requests run out of time when this server keeps them waiting.</summary>
    public ManualTimeouts Timeouts { get; } = new(TimeSpan.FromSeconds(30));

    /// <summary>The token that login gives.</summary>
    public Func<int, string> MakeToken { get; set; } =
        login => $"h.{Base64($"{{\"sub\":\"x\",\"iat\":1000,\"exp\":4600,\"n\":{login}}}")}.s";

    public Uri BaseAddress => new(_app.Urls.First() + "/");

    public int Calls(string name) => _calls.GetValueOrDefault(name);

    public static async Task<FakeFacilitator> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MinResponseDataRate = null);
        var app = builder.Build();
        var server = new FakeFacilitator(app);
        app.Run(server.HandleAsync);
        await app.StartAsync();
        return server;
    }

    /// <summary>A client of this server with quick repeats.</summary>
    public ComputeHordeClient Client(Action<ComputeHordeOptions>? configure = null, TimeProvider? time = null, ILogger? logger = null)
    {
        var options = new ComputeHordeOptions
        {
            FacilitatorUrl = BaseAddress,
            ValidatorHotkey = Specs.Validator,
            RetryDelay = TimeSpan.FromMilliseconds(1),
            MaxRetryDelay = TimeSpan.FromMilliseconds(5),
            CreateDoubt = TimeSpan.FromMilliseconds(10),
            PollInterval = TimeSpan.FromMilliseconds(1),
            MaxPollInterval = TimeSpan.FromMilliseconds(5),
        };
        configure?.Invoke(options);
        var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        return new ComputeHordeClient(http, Keys.Alice, options, time, logger);
    }

    /// <summary>Stores a job.</summary>
    public JsonObject Store(string tag, params string[] statuses)
    {
        lock (_lock)
        {
            var number = Jobs.Count;
            var job = new JsonObject
            {
                ["uuid"] = new Guid(number + 1, 0, 0, [0, 0, 0, 0, 0, 0, 0, 1]).ToString("D"),
                ["created_at"] = $"2026-01-21T13:00:{number % 60:00}Z",
                ["status"] = "Sent",
                ["tag"] = tag,
                ["status_history"] = new JsonArray([.. (statuses.Length == 0 ? ["sent"] : statuses).Select(Entry)]),
            };
            Jobs.Add(job);
            return job;
        }
    }

    /// <summary>Adds a status to a stored job.</summary>
    public void Advance(JsonObject job, string status, string metadata = "{}")
    {
        lock (_lock)
        {
            var entry = Entry(status);
            entry["metadata"] = JsonNode.Parse(metadata);
            job["status_history"]!.AsArray().Add((JsonNode)entry);
        }
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    public static async Task AnswerAsync(HttpContext context, int status, string body, string type = "application/json")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        await context.Response.WriteAsync(body);
    }

    private static JsonObject Entry(string status) =>
        new()
        {
            ["status"] = status,
            ["metadata"] = new JsonObject(),
            ["created_at"] = "2026-01-21T13:00:00.5Z",
        };

    private static string Base64(string text) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(text)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private async Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        var name = path switch
        {
            "/auth/nonce" => "nonce",
            "/auth/login" => "login",
            "/api/v1/job-docker/" => "create",
            "/api/v1/jobs/" => "list",
            "/api/v1/cheated-job/" => "report",
            _ when path.StartsWith("/api/v1/jobs/", StringComparison.Ordinal) => "get",
            _ => path,
        };
        var call = new Call(name, _calls.AddOrUpdate(name, 1, (_, count) => count + 1), context, this);
        Seen.Enqueue(
            (
                name,
                context.Request.QueryString.Value ?? "",
                [.. context.Request.Headers.Keys],
                context.Request.Headers.Authorization.ToString()
            )
        );
        using var copy = new MemoryStream();
        await context.Request.Body.CopyToAsync(copy);
        LastBody = copy.ToArray();
        if (await Before(call))
        {
            return;
        }

        switch (name)
        {
            case "nonce":
                await AnswerAsync(context, 200, """{"nonce":"abc:def:ghi"}""");
                break;
            case "login":
                await AnswerAsync(context, 200, new JsonObject { ["token"] = MakeToken(call.Number) }.ToJsonString());
                break;
            case "create":
                var job = Store(JsonNode.Parse(LastBody)!["tag"]!.GetValue<string>());
                if (!await AfterStore(call))
                {
                    await AnswerAsync(context, 201, Text(job));
                }

                break;
            case "list":
                var list = List(context.Request.Query);
                await AnswerAsync(
                    context,
                    list is null ? 500 : 200,
                    list ?? "<h1>Server Error (500)</h1>",
                    list is null ? "text/html" : "application/json"
                );
                break;
            case "get":
                var found = Find(path.Split('/')[4]);
                if (found is not null && Spoilt.Contains(found.Text("uuid")))
                {
                    await AnswerAsync(context, 500, "<h1>Server Error (500)</h1>", "text/html");
                    break;
                }

                await AnswerAsync(
                    context,
                    found is null ? 404 : 200,
                    found is null ? """{"detail":"No Job matches the given query."}""" : Text(found)
                );
                break;
            default:
                await AnswerAsync(context, 201, """{"message":"Job reported as cheated"}""");
                break;
        }
    }

    private JsonObject? Find(string uuid)
    {
        lock (_lock)
        {
            return Jobs.Find(job => job.Text("uuid") == uuid);
        }
    }

    private string Text(JsonObject job)
    {
        lock (_lock)
        {
            return job.ToJsonString();
        }
    }

    private string? List(IQueryCollection query)
    {
        lock (_lock)
        {
            var size = int.TryParse(query["page_size"], out var asked) ? Math.Min(asked, MaxPageSize) : 10;
            var page = int.TryParse(query["page"], out var number) ? number : 1;
            var hits = Jobs.Where(job => query["tag"].Count == 0 || job.Text("tag") == query["tag"])
                .Where(job => query["uuid"].Count == 0 || query["uuid"].Contains(job.Text("uuid")))
                .ToList();
            var shown = hits.Skip((page - 1) * size).Take(size).ToList();
            if (shown.Any(job => Spoilt.Contains(job["uuid"]?.ToString() ?? "")))
            {
                return null;
            }

            return new JsonObject
            {
                ["count"] = hits.Count,
                ["next"] = hits.Count > page * size ? "http://next/" : null,
                ["results"] = new JsonArray([.. shown.Select(job => job.DeepClone())]),
            }.ToJsonString();
        }
    }
}
