using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Durable.Streaming;
using ComputeHorde.Durable.Tests.Support;
using ComputeHorde.Sdk;
using Microsoft.Extensions.DependencyInjection;
using static ComputeHorde.Durable.Tests.Streaming.StreamingClient;

namespace ComputeHorde.Durable.Tests.Streaming;

/// <summary>Streaming jobs as their callers use them: the emulator's executors really serve, over mutual TLS.</summary>
public sealed class StreamingRunTests
{
    [Fact]
    public async Task Run_HostRestartsWhileItsJobServes_CallerStillReachesTheJobAndTheKeyIsNowhereElse()
    {
        var spans = new ConcurrentQueue<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static _ => true,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
                spans.Enqueue(
                    $"{span.DisplayName} {span.StatusDescription} {string.Join(' ', span.TagObjects)} {string.Join(' ', span.Events.SelectMany(static item => item.Tags))} {string.Join(' ', span.Baggage)}"
                ),
        };
        ActivitySource.AddActivityListener(listener);
        await using var horde = await HordeFixture.StartAsync(
            new HordeFixtureOptions { Emulator = static emulator => emulator.Speed = 20 }
        );
        await StartAsync(horde, "live", Job(seconds: 30_000));
        var before = await AccessAsync(horde, "live");

        await horde.StopFunctionsAsync();
        Assert.Equal(["live/1"], await horde.ListAsync("secrets"));
        await AssertKeyIsNowhereAsync(horde, before, string.Join('\n', spans));
        await horde.StartFunctionsAsync();

        var access = await AccessAsync(horde, "live");
        Assert.Equal(before.ToJsonString(), access.ToJsonString());
        await AssertServesAsync(access);
        var shown = (await horde.GetAsync("jobs/live"))["progress"]!["streaming"]!.AsObject();
        Assert.Equal(["address", "port", "server_certificate", "server_certificate_sha256"], shown.Select(static field => field.Key));
        Assert.All(shown, field => Assert.Equal(access[field.Key]!.ToJsonString(), field.Value!.ToJsonString()));

        using var cancelled = await horde.PostAsync("jobs/live/cancel");
        await horde.EndOfAsync("jobs/live");
        Assert.Empty(await horde.ListAsync("secrets"));
        Assert.Contains("forgotten", await RefusedAsync(horde, "jobs/live/streaming", HttpStatusCode.Conflict), StringComparison.Ordinal);
        await horde.StopFunctionsAsync();
        await AssertKeyIsNowhereAsync(horde, before, string.Join('\n', spans));
        await horde.StartFunctionsAsync();
    }

    [Fact]
    public async Task Run_FirstAttemptFails_SecondHasAKeyOfItsOwn()
    {
        await using var horde = await HordeFixture.StartAsync(
            new HordeFixtureOptions { InMemory = true, Emulator = static emulator => emulator.Speed = 20 }
        );
        horde.Emulator.SetBehaviourForTag("again#", "horde_failed:executor_disconnected,ok");
        var job = Job(seconds: 30_000);
        job["policy"] = new JsonObject { ["backoff_seconds"] = 0.05 };
        await StartAsync(horde, "again", job);
        var access = await AccessAsync(horde, "again");

        Assert.Equal(2, (int)access["attempt"]!);
        await AssertServesAsync(access);
        var keys = horde.Functions.Services.GetRequiredService<StreamingKeys>();
        using var first = await keys.FindAsync(new AttemptKey("again", 1), TestContext.Current.CancellationToken);
        using var second = await keys.FindAsync(new AttemptKey("again", 2), TestContext.Current.CancellationToken);
        Assert.Equal(Text(access, "private_key"), second!.ExportPrivateKeyPem());
        Assert.NotEqual(first!.ExportPrivateKeyPem(), second.ExportPrivateKeyPem());

        await horde.UploadAsync("secrets", "again/2", "spoilt");
        Assert.Contains(
            "cannot be read",
            await RefusedAsync(horde, "jobs/again/streaming", HttpStatusCode.Conflict),
            StringComparison.Ordinal
        );
        await keys.ForgetAsync("again", TestContext.Current.CancellationToken);
        Assert.Contains(
            "not kept any more",
            await RefusedAsync(horde, "jobs/again/streaming", HttpStatusCode.Conflict),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Run_Completes_ForgetsTheKeyAndSaysWhyNothingWasChecked()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true });
        var job = Job(seconds: 1);
        job["cross_validation"] = new JsonObject { ["sampling"] = "always" };
        await StartAsync(horde, "whole", job);
        var run = await horde.EndOfAsync("jobs/whole");

        Assert.Equal("completed", (string?)run["status"]);
        Assert.Contains(
            "streaming_ready",
            run["outcome"]!["attempts"]![0]!["history"]!.AsArray().Select(static entry => (string?)entry!["status"])
        );
        Assert.Null(run["progress"]!["streaming"]);
        var validation = await horde.VerdictOfAsync((string)run["id"]!);
        Assert.Equal("not_sampled", (string?)validation["verdict"]);
        Assert.Contains("streaming", (string?)validation["reason"], StringComparison.Ordinal);
        Assert.Equal(0, horde.Emulator.Counters.TrustedCreates);
        Assert.Empty(await horde.ListAsync("secrets"));
    }

    [Fact]
    public async Task Run_CallerKeepsThePrivateKey_ServesItAndHandsOutNone()
    {
        await using var horde = await HordeFixture.StartAsync(
            new HordeFixtureOptions { InMemory = true, Emulator = static emulator => emulator.Speed = 20 }
        );
        using var own = StreamingCertificate.Create();
        var job = Job(seconds: 30_000);
        job["streaming_certificate"] = own.CertificatePem;
        await StartAsync(horde, "own", job);

        var access = await AccessAsync(horde, "own");

        Assert.Equal(own.CertificatePem, Text(access, "client_certificate"));
        Assert.False(access.ContainsKey("private_key"));
        await AssertServesAsync(access, own);
    }

    [Fact]
    public async Task Streaming_OfALineOfABatch_IsReached()
    {
        await using var horde = await HordeFixture.StartAsync(
            new HordeFixtureOptions { InMemory = true, Emulator = static emulator => emulator.Speed = 20 }
        );
        using var answer = await horde.PostAsync("batches", new JsonObject { ["jobs"] = new JsonArray(Job(seconds: 30_000)) }, "lot");
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);

        await AssertServesAsync(await AccessAsync(horde, "lot~1"));
    }

    [Fact]
    public async Task Streaming_OfARunThatDoesNotServe_IsRefusedWithTheReason()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true });
        horde.Emulator.SetBehaviourForTag("early#", "stuck:accepted");
        await StartAsync(horde, "plain", Jobs.Sha256("plain"));
        await StartAsync(horde, "early", Job(seconds: 1));
        await Eventually.TrueAsync(
            async () => (string?)(await horde.GetAsync("jobs/early"))["progress"]?["status"] == "accepted",
            "the job was accepted"
        );

        await RefusedAsync(horde, "jobs/nobody/streaming", HttpStatusCode.NotFound);
        await RefusedAsync(horde, "jobs/plain/streaming", HttpStatusCode.NotFound);
        Assert.Contains("accepted", await RefusedAsync(horde, "jobs/early/streaming", HttpStatusCode.Conflict), StringComparison.Ordinal);
    }
}
