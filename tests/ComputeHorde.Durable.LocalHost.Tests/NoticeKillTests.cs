using System.Net;
using System.Text.Json.Nodes;

namespace ComputeHorde.Durable.LocalHost.Tests;

/// <summary>SIGKILL while notices are on their way: every one arrives, under one id however often.</summary>
public sealed class NoticeKillTests
{
    [Fact]
    public async Task Serve_KilledWhileTheReceiverIsBad_TellsOfEveryRun()
    {
        const int Runs = 6;
        var isGood = false;
        await using var receiver = WebhookReceiver.Start(_ => isGood ? 200 : 500);
        await using var service = await Service.CreateAsync(Service.PatientUploads);
        service.Settings["ComputeHorde__WebhookSecret"] = receiver.Secret;
        service.Settings["ComputeHorde__WebhookAllowPrivate"] = "true";
        await service.StartAsync();
        for (var run = 0; run < Runs; run++)
        {
            var job = Service.Job($"word-{run}");
            job["webhook"] = new JsonObject { ["url"] = receiver.Url };
            Assert.Equal(HttpStatusCode.Accepted, await service.PostAsync($"told-{run}", job));
        }

        // As the first is told, and once more as something is: the others are somewhere between their end and their notice.
        await Eventually.TrueAsync(() => receiver.Received.Count > 0, "somebody was told", everyMilliseconds: 1);
        await service.KillAsync();
        var before = receiver.Received.Count;
        await service.StartAsync();
        await Eventually.TrueAsync(() => receiver.Received.Count > before, "somebody was told again", everyMilliseconds: 1);
        await service.KillAsync();
        isGood = true;
        await service.StartAsync();

        await Eventually.TrueAsync(
            () => receiver.Received.Select(static notice => (string)notice.Body["data"]!["id"]!).Distinct().Count() == Runs,
            "all were told"
        );
        Assert.All(receiver.Received, static notice => Assert.True(notice.IsGenuine));
        Assert.All(
            receiver.Received.GroupBy(static notice => (string)notice.Body["data"]!["id"]!),
            static run => Assert.Single(run.Select(static notice => notice.Id).Distinct())
        );
    }
}
