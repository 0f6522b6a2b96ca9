using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Notices;
using ComputeHorde.Durable.Tests.Support;
using ComputeHorde.DurableTask.Sqlite.Testing;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Durable.Tests.Notices;

/// <summary>Who asked for it is told, at least once, and nobody waits for who does not listen.</summary>
public sealed class WebhookTests
{
    [Fact]
    public async Task Notice_RunEnds_IsSignedAndTellsWhatCanBeSeen()
    {
        HordeFixture? horde = null;
        var seen = new ConcurrentQueue<string?>();
        await using var receiver = WebhookReceiver.Start(async _ =>
        {
            // Whoever is told looks at once.
            seen.Enqueue((string?)(await horde!.GetAsync("jobs/told"))["status"]);
            return 204;
        });
        await using var started = horde = await StartAsync(receiver);
        var job = Job("told", receiver);
        job["cross_validation"] = new JsonObject { ["sampling"] = "always" };

        using var answer = await horde.PostAsync("jobs", job, "told");
        var run = await horde.EndOfAsync("jobs/told");
        await Eventually.TrueAsync(
            () => receiver.Received.Select(static notice => notice.Id).Distinct().Count() == 2,
            "the end and the verdict are told"
        );
        await Eventually.TrueAsync(
            async () =>
                (run = await horde.GetAsync("jobs/told"))["notices"]!
                    .AsArray()
                    .Count(static notice => (string?)notice!["status"] == "delivered") == 2,
            "both are noted"
        );

        var end = receiver.Received.First(static notice => notice.Type == "run.completed");
        Assert.All(receiver.Received, static notice => Assert.True(notice.IsGenuine));
        Assert.Equal("told", (string?)end.Body["data"]!["id"]);
        Assert.Equal((string?)run["outcome"]!["job_uuid"], (string?)end.Body["data"]!["job_uuid"]);
        Assert.Equal(
            "match",
            (string?)receiver.Received.First(static notice => notice.Type == "run.checked").Body["data"]!["check"]!["verdict"]
        );
        Assert.All(seen, static status => Assert.Equal("completed", status));
        await foreach (var instance in horde.Functions.Client.GetAllInstancesAsync(new OrchestrationQuery { FetchInputsAndOutputs = true }))
        {
            Assert.DoesNotContain(
                receiver.PathToken,
                horde.Functions.TaskHub.ExportHistory(instance.InstanceId)!,
                StringComparison.Ordinal
            );
        }

        Assert.DoesNotContain(
            horde.Log.Lines,
            line =>
                line.Text.Contains(receiver.PathToken, StringComparison.Ordinal)
                || line.Text.Contains(receiver.Secret, StringComparison.Ordinal)
        );
        Assert.DoesNotContain(receiver.PathToken, run.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(301)]
    [InlineData(WebhookReceiver.Hang)]
    public async Task Notice_ReceiverIsBadForHours_ArrivesOnceItIsGoodAndTheRunDoesNotWait(int status)
    {
        var clock = status == WebhookReceiver.Hang ? new VirtualTimeProvider(DateTimeOffset.UtcNow) : VirtualHorde.NewClock();
        DateTimeOffset? isGoodAt = null;
        using var elsewhere = new TcpListener(IPAddress.Loopback, 0);
        elsewhere.Start();
        await using var receiver = WebhookReceiver.Start(
            _ => clock.GetUtcNow() >= (isGoodAt ??= clock.GetUtcNow().AddHours(7)) ? 200 : status,
            clock.Busy
        );
        receiver.RedirectTo = $"http://127.0.0.1:{((IPEndPoint)elsewhere.LocalEndpoint).Port}/";
        await using var horde = await StartAsync(clock, receiver);

        using var answer = await horde.PostAsync("jobs", Job("hours", receiver), "hours");
        var run = await horde.EndOfAsync("jobs/hours");
        await DeliveredAsync(horde, "hours");

        Assert.True((DateTimeOffset)run["updated_at"]! < isGoodAt!.Value.AddHours(-6), run.ToJsonString());
        Assert.InRange(receiver.Received.Count, 5, 60);
        Assert.Single(receiver.Received.Select(static notice => notice.Id).Distinct());
        Assert.All(receiver.Received, static notice => Assert.True(notice.IsGenuine));
        Assert.InRange(receiver.Received.Last().At, isGoodAt.Value.AddSeconds(-1), isGoodAt.Value.AddHours(1.5));
        Assert.False(elsewhere.Pending(), "the redirect was followed");
    }

    [Fact]
    public async Task Notice_ReceiverIsAwayForADay_IsDeadThenListedAndDeliveredAgainWhenAsked()
    {
        var clock = VirtualHorde.NewClock();
        var isGood = false;
        await using var receiver = WebhookReceiver.Start(_ => isGood ? 200 : 503, clock.Busy);
        await using var horde = await StartAsync(clock, receiver);
        using var answer = await horde.PostAsync("jobs", Job("dead", receiver), "dead");
        await Eventually.TrueAsync(
            async () => (await horde.GetAsync("notices"))["notices"]!.AsArray().Count == 1,
            "the notice was given up"
        );
        var listed = (await horde.GetAsync("notices"))["notices"]![0]!;
        var tries = receiver.Received.Count;

        isGood = true;
        using var again = await horde.PostAsync($"notices/{listed["id"]}/redeliver");
        await DeliveredAsync(horde, "dead");

        Assert.Equal(HttpStatusCode.Accepted, again.StatusCode);
        Assert.Equal("dead~notice", (string?)listed["id"]);
        Assert.Contains("503", (string?)listed["problem"], StringComparison.Ordinal);
        Assert.InRange(
            receiver.Received.ElementAt(tries - 1).At - receiver.Received.First().At,
            TimeSpan.FromHours(23),
            TimeSpan.FromHours(25)
        );
        Assert.Single(receiver.Received.Select(static notice => notice.Id).Distinct());
        Assert.Empty((await horde.GetAsync("notices"))["notices"]!.AsArray());
    }

    [Fact]
    public async Task Notice_OfTheSettings_TellsOfRunsAndBatchesAndNotOfLines()
    {
        await using var receiver = WebhookReceiver.Start(static _ => 200);
        var settings = Settings(receiver);
        settings["ComputeHorde__WebhookUrl"] = receiver.Url;
        settings["ComputeHorde__WebhookEvents__0"] = "run.failed";
        settings["ComputeHorde__WebhookEvents__1"] = "batch.completed";
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { Settings = settings });
        horde.Emulator.SetBehaviourForTag("fails#", "failed:nonzero_return_code:3");

        using var fails = await horde.PostAsync("jobs", Jobs.Sha256("fails"), "fails");
        using var works = await horde.PostAsync("jobs", Jobs.Sha256("works"), "works");
        using var batch = await horde.PostAsync(
            "batches",
            new JsonObject { ["jobs"] = new JsonArray(Jobs.Sha256("one"), Jobs.Sha256("two")) },
            "lot"
        );
        await horde.EndOfAsync("jobs/works");
        await Eventually.TrueAsync(() => receiver.Received.Select(static notice => notice.Id).Distinct().Count() >= 2, "both are told");

        Assert.Equal(
            ["batch.completed lot", "run.failed fails"],
            receiver
                .Received.Select(static notice => $"{notice.Type} {notice.Body["data"]!["id"]}")
                .Distinct()
                .Order(StringComparer.Ordinal)
        );
        Assert.Equal(
            2,
            (int)receiver.Received.First(static notice => notice.Type == "batch.completed").Body["data"]!["summary"]!["lines"]!
        );
    }

    [Theory]
    [InlineData("http://example.com/hook", "webhook.url")]
    [InlineData("https://127.0.0.1/hook", "webhook.url")]
    [InlineData("https://2130706433/hook", "webhook.url")]
    [InlineData("https://0x7f.1/hook", "webhook.url")]
    [InlineData("https://[::ffff:169.254.169.254]/latest/meta-data", "webhook.url")]
    [InlineData("https://[fd00:ec2::254]/", "webhook.url")]
    [InlineData("https://user:password@example.com/", "webhook.url")]
    [InlineData("ftp://example.com/", "webhook.url")]
    [InlineData("/hook", "webhook.url")]
    public async Task Start_WebhookMustNotBeCalled_IsRefusedWithItsField(string url, string field)
    {
        await using var horde = await HordeFixture.StartAsync(
            new HordeFixtureOptions
            {
                InMemory = true,
                Settings = new Dictionary<string, string?>
                {
                    ["ComputeHorde__WebhookSecret"] = "whsec_" + Convert.ToBase64String(new byte[32]),
                },
            }
        );
        var job = Jobs.Sha256("refused");
        job["webhook"] = new JsonObject { ["url"] = url };

        using var answer = await horde.PostAsync("jobs", job, "refused");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(field, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_NoSecretIsSet_IsRefusedWithTheSetting()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true });
        var job = Jobs.Sha256("unsigned");
        job["webhook"] = new JsonObject { ["url"] = "https://example.com/", ["events"] = new JsonArray("run.finished") };
        using var wrong = await horde.PostAsync("jobs", job, "unsigned");
        job["webhook"]!.AsObject().Remove("events");
        using var unsigned = await horde.PostAsync("jobs", job, "unsigned");

        Assert.Contains(
            "webhook.events[0]",
            await wrong.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "ComputeHorde__WebhookSecret",
            await unsigned.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
    }

    private static Dictionary<string, string?> Settings(WebhookReceiver receiver) =>
        new()
        {
            ["ComputeHorde__WebhookSecret"] = $"whsec_{Convert.ToBase64String(new byte[24])} {receiver.Secret}",
            ["ComputeHorde__WebhookAllowPrivate"] = "true",
        };

    private static Task<HordeFixture> StartAsync(VirtualTimeProvider clock, WebhookReceiver receiver) =>
        VirtualHorde.StartAsync(
            clock,
            TimeSpan.FromMinutes(10),
            services => services.AddSingleton(provider => ActivatorUtilities.CreateInstance<WebhookSender>(provider, clock)),
            Settings(receiver)
        );

    private static Task<HordeFixture> StartAsync(WebhookReceiver receiver) =>
        HordeFixture.StartAsync(new HordeFixtureOptions { Settings = Settings(receiver) });

    private static JsonObject Job(string word, WebhookReceiver receiver)
    {
        var job = Jobs.Sha256(word, "/output/report.txt");
        job["webhook"] = new JsonObject { ["url"] = receiver.Url };
        return job;
    }

    private static Task DeliveredAsync(HordeFixture horde, string run) =>
        Eventually.TrueAsync(
            async () => (string?)(await horde.GetAsync($"jobs/{run}"))["notices"]?[0]!["status"] == "delivered",
            $"the end of {run} was told"
        );
}
