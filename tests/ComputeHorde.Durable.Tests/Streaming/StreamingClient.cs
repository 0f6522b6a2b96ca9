using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using ComputeHorde.Durable.Tests.Support;
using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Tests.Streaming;

/// <summary>What a caller of streaming jobs does, and what a thief would look for.</summary>
internal static class StreamingClient
{
    /// <summary>A job that serves so many seconds of the emulator's time.</summary>
    public static JsonObject Job(int seconds)
    {
        var job = Jobs.Sha256($"{seconds}");
        job["docker_image"] = "computehorde/stream:latest";
        job["streaming"] = true;
        job["execution_time_limit_sec"] = 2 * seconds;
        return job;
    }

    public static async Task StartAsync(HordeFixture horde, string id, JsonObject job)
    {
        using var answer = await horde.PostAsync("jobs", job, id);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    /// <summary>Waits until the job of a run serves, and gives all that one needs to reach it.</summary>
    public static async Task<JsonObject> AccessAsync(HordeFixture horde, string id)
    {
        JsonObject? access = null;
        await Eventually.TrueAsync(
            async () =>
            {
                using var answer = await horde.Http.GetAsync(
                    new Uri($"jobs/{id}/streaming", UriKind.Relative),
                    TestContext.Current.CancellationToken
                );
                Assert.True(answer.Headers.CacheControl?.NoStore);
                access = answer.IsSuccessStatusCode
                    ? await answer.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken)
                    : null;
                return access is not null;
            },
            $"the job of {id} serves"
        );
        return access!;
    }

    public static async Task<string> RefusedAsync(HordeFixture horde, string path, HttpStatusCode status)
    {
        using var answer = await horde.Http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal((status, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Speaks to the job, over TLS with both certificates.</summary>
    public static async Task AssertServesAsync(JsonObject access, StreamingCertificate? own = null)
    {
        using var certificate = own is null
            ? StreamingCertificate.FromPem(Text(access, "client_certificate"), Text(access, "private_key"))
            : null;
        using var client = (own ?? certificate)!.CreateHttpClient(
            new StreamingInfo(
                Text(access, "client_certificate"),
                Text(access, "server_certificate"),
                Text(access, "address"),
                (int)access["port"]!
            )
        );
        Assert.Equal("ok", await client.GetStringAsync("health", TestContext.Current.CancellationToken));
        using var echo = await client.PostAsync("chat", new StringContent("ping"), TestContext.Current.CancellationToken);
        Assert.Equal("ping", await echo.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>
    /// Looks for the key everywhere but where the caller asked for it. The functions must not be running: their files are searched.
    /// </summary>
    public static async Task AssertKeyIsNowhereAsync(HordeFixture horde, JsonObject access, string traces)
    {
        var lines = Text(access, "private_key").Split('\n').Where(static line => line.Length == 64).ToArray();
        Assert.NotEmpty(lines);
        Search("a trace", traces);
        Search("the log", string.Join('\n', horde.Log.Lines.Select(static line => line.Text)));
        await foreach (var container in horde.Blobs.GetBlobContainersAsync(cancellationToken: TestContext.Current.CancellationToken))
        {
            foreach (var name in await horde.ListAsync(container.Name))
            {
                var blob = horde.Blobs.GetBlobContainerClient(container.Name).GetBlobClient(name);
                var content = await blob.DownloadContentAsync(TestContext.Current.CancellationToken);
                var metadata = string.Join('\n', content.Value.Details.Metadata.Values);
                Search($"{container.Name}/{name}", Encoding.Latin1.GetString(content.Value.Content) + metadata);
            }
        }

        var isShown = false;
        foreach (var file in Directory.GetFiles(horde.DataDirectory, "*", SearchOption.AllDirectories))
        {
            var text = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));
            isShown |= text.Contains(Text(access, "server_certificate_sha256"), StringComparison.Ordinal);
            Search(file, text);
        }

        Assert.True(isShown, "The endpoint is in no file of the task hub: the search looks at the wrong files.");

        void Search(string where, string text)
        {
            Assert.False(text.Contains("PRIVATE KEY", StringComparison.Ordinal), $"{where} holds a private key.");
            Assert.All(
                lines,
                line => Assert.False(text.Contains(line, StringComparison.Ordinal), $"{where} holds a part of the private key.")
            );
        }
    }

    public static string Text(JsonNode node, string name) => (string)node[name]!;
}
