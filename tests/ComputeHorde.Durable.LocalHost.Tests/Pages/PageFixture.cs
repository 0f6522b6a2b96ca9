using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ComputeHorde.Durable.LocalHost;
using ComputeHorde.Emulator;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;

namespace ComputeHorde.Durable.LocalHost.Tests.Pages;

/// <summary>A local host that asks for a key, with 50 runs of all fates and a batch, and a browser before it.</summary>
public sealed class PageFixture : IAsyncLifetime
{
    public const string Chromium = "/usr/bin/chromium",
        Key = "0123456789abcdef";

    /// <summary>What a stranger could write: markup, quotes, a text that turns the direction of what follows.</summary>
    public const string Hostile = "</script><img src=x onerror=\"document.title='owned'\">'\u202e%drowssap";

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("computehorde-page-");
    private LocalStack _stack = null!;
    private IPlaywright _playwright = null!;

    public IBrowser Browser { get; private set; } = null!;

    /// <summary>Speaks to the functions with the key.</summary>
    public HttpClient Http { get; private set; } = null!;

    public Uri Page => new(_stack.Functions.BaseAddress, "/api/page");

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Chromium))
        {
            return;
        }

        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["ComputeHorde:Limits:tight:MaxInFlight"] = "1",
            ["ComputeHorde:Limits:tight:ExecutorSecondsPerDay"] = "3600",
        };
        LocalSettings.SetPolling(settings, 0.2);
        LocalSettings.Load().AddDefaults(settings, 0.2);
        _stack = await LocalStack.StartAsync(
            new LocalStackOptions
            {
                DataDirectory = _data.FullName,
                Port = 0,
                FunctionKey = Key,
                Settings = settings,
                ConfigureEmulator = static horde => horde.Speed = 50,
                ConfigureLogging = static logging => logging.SetMinimumLevel(LogLevel.None),
            },
            static _ => { },
            TestContext.Current.CancellationToken
        );
        Http = new HttpClient { BaseAddress = new Uri(_stack.Functions.BaseAddress, "/api/"), Timeout = TimeSpan.FromMinutes(5) };
        Http.DefaultRequestHeaders.Add("x-functions-key", Key);
        await StartRunsAsync();
        _playwright = await Playwright.CreateAsync();
        Browser = await _playwright.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions
            {
                ExecutablePath = Chromium,
                Args =
                [
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--no-first-run",
                    "--disable-sync",
                ],
            }
        );
    }

    public async ValueTask DisposeAsync()
    {
        if (_stack is not null)
        {
            await (Browser?.DisposeAsync() ?? ValueTask.CompletedTask);
            _playwright?.Dispose();
            Http?.Dispose();
            await _stack.DisposeAsync();
        }

        _data.Delete(recursive: true);
    }

    public async Task StartAsync(string id, JsonObject job, string path = "jobs")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(job) };
        request.Headers.Add("Idempotency-Key", id);
        using var answer = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.True(
            answer.StatusCode == HttpStatusCode.Accepted,
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)
        );
    }

    public async Task<JsonObject> GetAsync(string path) =>
        (await Http.GetFromJsonAsync<JsonObject>(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken))!;

    public Task StateAsync(string id, Func<JsonObject, bool> isThere) =>
        Eventually.TrueAsync(async () => isThere(await GetAsync($"jobs/{id}")), $"{id} is as it should be");

    public static JsonObject Job(string image, params string[] args) =>
        new()
        {
            ["executor_class"] = "always_on.test",
            ["docker_image"] = $"computehorde/{image}:latest",
            ["args"] = new JsonArray([.. args.Select(static argument => JsonValue.Create(argument))]),
            ["download_time_limit_sec"] = 10,
            ["execution_time_limit_sec"] = 900,
            ["upload_time_limit_sec"] = 10,
        };

    private async Task StartRunsAsync()
    {
        var horde = _stack.Emulator!;
        foreach (
            var (tag, script) in new[]
            {
                ("bad-", "failed:nonzero_return_code:3"),
                ("lucky-", "horde_failed:generic_error,ok"),
                ("full-", "rejected:busy"),
                ("hung-", "stuck:accepted"),
                ("late-", "stuck:accepted"),
                ("gone-", "stuck:accepted"),
                ("tight-0", "stuck:accepted"),
                ("cheat-0#1", "cheat"),
                ("lot~3#", "failed:nonzero_return_code:1"),
            }
        )
        {
            horde.SetBehaviourForTag(tag, script);
        }

        foreach (var (prefix, count) in new[] { ("done-", 30), ("bad-", 6), ("lucky-", 3), ("full-", 3), ("hung-", 2) })
        {
            for (var number = 0; number < count; number++)
            {
                var job = Job("sha256", $"{prefix}{number}");
                job["labels"] = new JsonObject { ["team"] = number % 2 == 0 ? "red" : "blue", ["night"] = "" };
                await StartAsync($"{prefix}{number:D2}", job);
            }
        }

        var late = Job("sha256", "late");
        late["policy"] = new JsonObject { ["timeout_seconds"] = 2 };
        await StartAsync("late-00", late);
        await StartAsync("gone-00", Job("sha256", "gone"));
        foreach (var id in new[] { "tight-0", "tight-1" })
        {
            var tight = Job("sha256", id);
            tight["job_namespace"] = "tight";
            await StartAsync(id, tight);
            await StateAsync(id, run => run["progress"] is not null);
        }

        var checkedJob = Job("sha256", "checked");
        checkedJob["artifacts_dir"] = "/artifacts";
        checkedJob["outputs"] = new JsonArray("/output/report.txt");
        checkedJob["cross_validation"] = new JsonObject { ["sampling"] = "always" };
        await StartAsync("cheat-0", checkedJob);
        var evil = Job("echo", Hostile);
        evil["job_namespace"] = Hostile;
        evil["labels"] = new JsonObject { ["note"] = Hostile[..63] };
        evil["artifacts_dir"] = "/artifacts";
        evil["outputs"] = new JsonArray("/output/a<b>\u202egnp.txt");
        evil["env"] = new JsonObject { ["EMULATOR_STDOUT_CHARS"] = "1000000" };
        await StartAsync("evil-0", evil);
        await StartAsync(
            "lot",
            new JsonObject
            {
                ["jobs"] = new JsonArray([
                    .. Enumerable.Range(0, 11).Select(static number => Job("sha256", $"{number}")),
                    new JsonObject { [Hostile] = 1 },
                ]),
            },
            "batches"
        );
        await Eventually.TrueAsync(async () => (await GetAsync("batches/lot")).ContainsKey("summary"), "the batch ended");
        foreach (
            var id in Enumerable
                .Range(0, 30)
                .Select(static number => $"done-{number:D2}")
                .Concat(["bad-05", "lucky-02", "late-00", "evil-0"])
        )
        {
            await StateAsync(id, static run => run.ContainsKey("outcome"));
        }

        await StateAsync("hung-01", static run => (string?)run["progress"]?["status"] == "accepted");
        using var cancelled = await Http.PostAsync(
            new Uri("jobs/gone-00/cancel", UriKind.Relative),
            content: null,
            TestContext.Current.CancellationToken
        );
        await StateAsync("gone-00", static run => run.ContainsKey("outcome"));
        await StateAsync("full-02", static run => (string?)run["progress"]?["phase"] == "waiting_for_capacity");
        await StateAsync("cheat-0", static run => (string?)run["check"]?["verdict"] == "mismatch");
    }
}
