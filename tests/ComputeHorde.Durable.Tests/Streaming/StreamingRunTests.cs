using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using ComputeHorde.Durable.Tests.Support;
using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Tests.Streaming;

/// <summary>Streaming jobs as their callers use them: the emulator's executors really serve, over mutual TLS.</summary>
public sealed class StreamingRunTests
{
    [Fact]
    public async Task Run_HostRestartsWhileItsJobServes_CallerStillReachesTheJobAndTheKeyIsNowhereElse()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { Emulator = static emulator => emulator.Speed = 20 });
        var job = Job(seconds: 3000);
        await PostAsync(horde, "live", job);
        var before = await AccessAsync(horde, "live");

        await horde.StopFunctionsAsync();
        await SearchAsync(horde, before);
        await horde.StartFunctionsAsync();
        var access = await AccessAsync(horde, "live");

        Assert.Equal(before.ToJsonString(), access.ToJsonString());
        using var client = Connect(access);
        Assert.Equal("ok", await client.GetStringAsync("health", TestContext.Current.CancellationToken));
        using var echo = await client.PostAsync("chat", new StringContent("ping"), TestContext.Current.CancellationToken);
        Assert.Equal("ping", await echo.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var run = await horde.GetAsync("jobs/live");
        var shown = run["progress"]!["streaming"]!;
        Assert.Equal(
            (Text(access, "address"), Text(access, "server_certificate"), Text(access, "server_certificate_sha256"), (int)access["port"]!),
            (Text(shown, "address"), Text(shown, "server_certificate"), Text(shown, "server_certificate_sha256"), (int)shown["port"]!));

        using var cancelled = await horde.PostAsync("jobs/live/cancel");
        await horde.EndOfAsync("jobs/live");
        Assert.Empty(await horde.ListAsync("secrets"));
        await RefusedAsync(horde, "jobs/live/streaming", HttpStatusCode.Conflict);
        await horde.StopFunctionsAsync();
        await SearchAsync(horde, before);
        await horde.StartFunctionsAsync();
    }

    [Fact]
    public async Task Run_FirstAttemptFails_SecondHasAKeyOfItsOwnAndBothAreForgottenAtTheEnd()
    {
        await using var horde = await HordeFixture.StartAsync();
        horde.Emulator.SetBehaviourForTag("again#", "horde_failed:executor_disconnected,ok");
        var job = Job(seconds: 100);
        job["policy"] = new JsonObject { ["backoff_seconds"] = 0.05 };
        job["cross_validation"] = new JsonObject { ["sampling"] = "always" };
        await PostAsync(horde, "again", job);
        var access = await AccessAsync(horde, "again");

        Assert.Equal(2, (int)access["attempt"]!);
        var run = await horde.EndOfAsync("jobs/again");
        Assert.Equal("completed", (string?)run["status"]);
        Assert.Null(run["progress"]!["streaming"]);
        Assert.Equal("not_sampled", (string?)run["outcome"]!["validation"]!["verdict"]);
        Assert.Contains("streaming", (string?)run["outcome"]!["validation"]!["reason"], StringComparison.Ordinal);
        Assert.Equal(2, horde.Emulator.Counters.Creates);
        Assert.Empty(await horde.ListAsync("secrets"));
        await RefusedAsync(horde, "jobs/again/streaming", HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Streaming_OfARunThatDoesNotServe_IsRefusedWithTheReason()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true });
        horde.Emulator.SetBehaviourForTag("early#", "stuck:accepted");
        await PostAsync(horde, "plain", Jobs.Sha256("plain"));
        await PostAsync(horde, "early", Job(seconds: 1));
        await Eventually.TrueAsync(async () => (string?)(await horde.GetAsync("jobs/early"))["progress"]?["status"] == "accepted", "the job was accepted");

        await RefusedAsync(horde, "jobs/nobody/streaming", HttpStatusCode.NotFound);
        await RefusedAsync(horde, "jobs/plain/streaming", HttpStatusCode.NotFound);
        Assert.Contains("accepted", await RefusedAsync(horde, "jobs/early/streaming", HttpStatusCode.Conflict), StringComparison.Ordinal);
    }

    internal static JsonObject Job(int seconds)
    {
        var job = Jobs.Sha256($"{seconds}");
        job["docker_image"] = "computehorde/stream:latest";
        job["streaming"] = true;
        job["execution_time_limit_sec"] = 2 * seconds;
        return job;
    }

    private static async Task PostAsync(HordeFixture horde, string id, JsonObject job)
    {
        using var answer = await horde.PostAsync("jobs", job, id);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    private static async Task<JsonObject> AccessAsync(HordeFixture horde, string id)
    {
        JsonObject? access = null;
        await Eventually.TrueAsync(
            async () =>
            {
                using var answer = await horde.Http.GetAsync(new Uri($"jobs/{id}/streaming", UriKind.Relative), TestContext.Current.CancellationToken);
                access = answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken) : null;
                Assert.True(answer.Headers.CacheControl?.NoStore);
                return access is not null;
            },
            $"the job of {id} serves");
        return access!;
    }

    private static HttpClient Connect(JsonObject access)
    {
        using var certificate = StreamingCertificate.FromPem(Text(access, "client_certificate"), Text(access, "private_key"));
        return certificate.CreateHttpClient(
            new StreamingInfo(Text(access, "client_certificate"), Text(access, "server_certificate"), Text(access, "address"), (int)access["port"]!));
    }

    private static async Task<string> RefusedAsync(HordeFixture horde, string path, HttpStatusCode status)
    {
        using var answer = await horde.Http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal((status, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Looks for lines of the key everywhere but where the caller asked for it.</summary>
    private static async Task SearchAsync(HordeFixture horde, JsonObject access)
    {
        var lines = Text(access, "private_key").Split('\n').Where(static line => line.Length == 64).ToArray();
        Assert.NotEmpty(lines);
        Search("the log", string.Join('\n', horde.Log.Lines.Select(static line => line.Text)));
        await foreach (var container in horde.Blobs.GetBlobContainersAsync(cancellationToken: TestContext.Current.CancellationToken))
        {
            foreach (var name in await horde.ListAsync(container.Name))
            {
                var content = await horde.Blobs.GetBlobContainerClient(container.Name).GetBlobClient(name).DownloadContentAsync(TestContext.Current.CancellationToken);
                Search($"{container.Name}/{name}", Encoding.Latin1.GetString(content.Value.Content));
            }
        }

        foreach (var file in Directory.GetFiles(horde.DataDirectory, "*", SearchOption.AllDirectories))
        {
            Search(file, Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)));
        }

        void Search(string where, string text)
        {
            Assert.False(text.Contains("PRIVATE KEY", StringComparison.Ordinal), $"{where} holds a private key.");
            Assert.All(lines, line => Assert.False(text.Contains(line, StringComparison.Ordinal), $"{where} holds a part of the private key."));
        }
    }

    private static string Text(JsonNode node, string name) => (string)node[name]!;
}
