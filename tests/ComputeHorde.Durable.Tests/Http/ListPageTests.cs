using System.Net;
using ComputeHorde.Durable.Notices;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Durable.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace ComputeHorde.Durable.Tests.Http;

public sealed class ListPageTests
{
    [Fact]
    public async Task List_ContinuationThatNoPageOfItGave_IsRefusedByField()
    {
        await using var horde = await StartAsync(notices: 3);
        var token = (string)(await horde.GetAsync("notices?page_size=1"))["continuation"]!;
        foreach (var path in new[] { "cheats", "notices" })
        {
            string[] foreign = ["zzz", "notice-1", "!", "%00", token[..^1], token + "AAAA", path == "cheats" ? token : "Y2hlYXRz"];
            foreach (var text in foreign)
            {
                using var answer = await horde.Http.GetAsync(
                    new Uri($"{path}?continuation={text}", UriKind.Relative),
                    TestContext.Current.CancellationToken
                );

                await RunFilterTests.AssertRefusedAsync(answer, HttpStatusCode.BadRequest, "continuation");
            }
        }
    }

    [Fact]
    public async Task List_PageByPage_ShowsEachOnce()
    {
        await using var horde = await StartAsync(notices: 5);
        var shown = new List<string>();
        string? continuation = null;
        do
        {
            var page = await horde.GetAsync($"notices?page_size=2{(continuation is null ? "" : $"&continuation={continuation}")}");
            shown.AddRange(page["notices"]!.AsArray().Select(static notice => (string)notice!["id"]!));
            continuation = (string?)page["continuation"];
        } while (continuation is not null);

        Assert.Equal(["notice-0", "notice-1", "notice-2", "notice-3", "notice-4"], shown);
    }

    [Theory]
    [InlineData("notices")]
    [InlineData("2!92!MDAwMDE1")]
    [InlineData("ä\u001b/b")]
    public void Read_WhatOfGave_IsTheMarkerForItsListOnly(string marker)
    {
        var token = ListToken.Of("notices", marker)!;

        Assert.Equal((marker, null), (ListToken.Read("notices", token), ListToken.Read("ledger", token)));
        Assert.Matches("^[A-Za-z0-9_-]+$", token);
    }

    private static async Task<HordeFixture> StartAsync(int notices)
    {
        var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true });
        var dead = horde.Functions.Services.GetRequiredService<DeadNotices>();
        for (var number = 0; number < notices; number++)
        {
            await dead.AddAsync(new DeadNotice($"notice-{number}", "run.completed", null), TestContext.Current.CancellationToken);
        }

        return horde;
    }
}
