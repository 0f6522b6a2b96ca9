using System.Net;
using System.Numerics;
using System.Text.Json.Nodes;
using ComputeHorde.Emulator.Executor;
using ComputeHorde.Emulator.Python;

namespace ComputeHorde.Emulator.Tests;

/// <summary>What the real facilitator and horde do, and the faults that clients must bear.</summary>
public sealed class RealityTests
{
    [Fact]
    public async Task ExpireTokens_LoginWithinTheSameSecond_IsValid()
    {
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync();
        for (int i = 0; i < 3; i++)
        {
            using TestClient before = await TestClient.LoginAsync(horde);
            horde.ExpireTokens();
            using TestClient after = await TestClient.LoginAsync(horde);
            Assert.Equal(HttpStatusCode.Unauthorized, (await before.Http.GetAsync("api/v1/jobs/")).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await after.Http.GetAsync("api/v1/jobs/")).StatusCode);
        }
    }

    [Theory]
    [InlineData("{\"a\":\"x\\u0000\"}", false)]
    [InlineData("{\"a\\u0000\":1}", false)]
    [InlineData("{\"a\":[{\"b\":\"\\ud800\"}]}", false)]
    [InlineData("{\"a\":18446744073709551616}", true)]
    [InlineData("{\"a\":[-9223372036854775809]}", true)]
    public async Task CheatReport_DetailsThatCannotBeKeptOrPassedOn_AreAnswered500(string details, bool isStored)
    {
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync(o =>
            (o.Speed, o.EffectiveCheatReports) = (1000, true)
        );
        using TestClient client = await TestClient.LoginAsync(horde);
        PyDict report = await ReportAsync(client);
        report["details"] = PyJsonParser.Parse(details);

        Assert.Equal(HttpStatusCode.InternalServerError, (await client.ReportCheatAsync(report)).StatusCode);
        using HttpResponseMessage again = await client.ReportCheatAsync(report);
        Assert.Equal(isStored ? HttpStatusCode.BadRequest : HttpStatusCode.InternalServerError, again.StatusCode);
        Assert.Equal(isStored ? 1 : 0, horde.CheatReports.Count);
        Assert.DoesNotContain(horde.CheatReports, kept => kept.TookEffect);
    }

    [Fact]
    public async Task CheatReport_LargestIntegers_ArePassedOn()
    {
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync(o =>
            (o.Speed, o.EffectiveCheatReports) = (1000, true)
        );
        using TestClient client = await TestClient.LoginAsync(horde);
        PyDict report = await ReportAsync(client);
        report["details"] = PyJsonParser.Parse("{\"a\":18446744073709551615,\"b\":-9223372036854775808}");
        Assert.Equal(HttpStatusCode.Created, (await client.ReportCheatAsync(report)).StatusCode);
        Assert.True(Assert.Single(horde.CheatReports).TookEffect);
    }

    [Fact]
    public async Task LateFields_FollowTheirStatus_AndAreInTheHistoryAtOnce()
    {
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync(o => o.Speed = 1000);
        using TestClient client = await TestClient.LoginAsync(horde);
        horde.Faults = new FaultSettings { LateFieldsSeconds = 3600 };
        string uuid = await client.CreateAsync(TestClient.Job());
        JsonNode early = await client.WaitForEndAsync(uuid);
        Assert.Equal("Completed", (string?)early["status"]);
        Assert.Equal("{}", early["artifacts"]!.ToJsonString());
        Assert.NotEqual("{}", early["status_history"]!.AsArray().Last()!["metadata"]!["miner_response"]!["artifacts"]!.ToJsonString());

        horde.Faults = new FaultSettings();
        Assert.NotEqual("{}", (await client.GetAsync(uuid))["artifacts"]!.ToJsonString());
    }

    [Fact]
    public async Task Full_Horde_RejectsUntilItIsFreeAgain()
    {
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync(o => o.Speed = 1000);
        using TestClient client = await TestClient.LoginAsync(horde);
        horde.Faults = new FaultSettings { FullSeconds = 1e9 };
        JsonNode rejected = await client.WaitForEndAsync(await client.CreateAsync(TestClient.Job()));
        Assert.Equal("rejected", TestClient.Statuses(rejected).Last());
        horde.Faults = new FaultSettings { FullSeconds = 1e-9, FreeSeconds = 1e9 };
        Assert.Equal("completed", TestClient.Statuses(await client.WaitForEndAsync(await client.CreateAsync(TestClient.Job()))).Last());
    }

    [Fact]
    public async Task StoreLate_LookUpInBetween_FindsNothing()
    {
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync(o => o.Speed = 20);
        horde.SetBehaviourForTag("late", "store-late:10");
        using TestClient client = await TestClient.LoginAsync(horde);
        PyDict body = TestClient.Job();
        body["tag"] = "late#1";
        await Assert.ThrowsAsync<HttpRequestException>(() => client.Http.SendAsync(client.CreateRequest(body)));
        Assert.Empty(horde.Jobs);
        await Wait.UntilAsync(() => horde.Jobs.Count == 1);
    }

    [Fact]
    public async Task Errors_WithABody_AreAnsweredWithIt()
    {
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync();
        using TestClient client = await TestClient.LoginAsync(horde);
        horde.Faults = new FaultSettings
        {
            Only = ["list"],
            ErrorNext = 1,
            ErrorStatus = 200,
            ErrorBody = "{\"count\":1,\"results\":[{\"tag\":null}]}",
        };
        using HttpResponseMessage answer = await client.Http.GetAsync("api/v1/jobs/");
        Assert.Equal((HttpStatusCode.OK, "application/json"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        Assert.Equal("{\"count\":1,\"results\":[{\"tag\":null}]}", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Faults_WithATime_EndByThemselves()
    {
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync();
        using TestClient client = await TestClient.LoginAsync(horde);
        horde.Faults = new FaultSettings
        {
            Only = ["list"],
            ErrorRate = 1,
            ForSeconds = 1e-6,
        };
        Assert.Equal(HttpStatusCode.OK, (await client.Http.GetAsync("api/v1/jobs/")).StatusCode);
        Assert.Equal(0, horde.Faults.ErrorRate);
    }

    [Fact]
    public async Task MixedFaults_HitEveryCall_InTwelveWays()
    {
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync();
        using TestClient client = await TestClient.LoginAsync(horde);
        horde.Faults = new FaultSettings { MixedRate = 1, SlowMs = 1 };
        var seen = new HashSet<string>();
        for (int i = 0; i < 150; i++)
        {
            try
            {
                using HttpResponseMessage answer = await client.Http.GetAsync("api/v1/jobs/");
                await answer.Content.ReadAsStringAsync();
                seen.Add($"{(int)answer.StatusCode} {answer.Content.Headers.ContentType!.MediaType}");
            }
            catch (HttpRequestException e)
            {
                seen.Add(e.HttpRequestError.ToString());
            }
        }

        Assert.Superset(
            new HashSet<string>
            {
                "429 application/json",
                "500 text/html",
                "503 text/html",
                "504 text/html",
                "403 text/html",
                "401 application/json",
                "404 text/html",
                "200 text/html",
                "200 application/json",
            },
            seen
        );
    }

    [Theory]
    [InlineData("http://h/a%20b?sig=a%2Fb%3D%7E", "/a%20b?sig=a%2Fb%3D%7E")]
    [InlineData("http://h/%41/../x?q=%C3%A9é z", "/%41/../x?q=%C3%A9%C3%A9%20z")]
    [InlineData("http://h/a#part", "/a")]
    public void DownloadUrl_Escapes_StayWhatTheyAre(string text, string sent)
    {
        Assert.True(DownloadUrl.TryParse(text, out Uri? url));
        Assert.Equal(sent, url.PathAndQuery);
    }

    private static async Task<PyDict> ReportAsync(TestClient client)
    {
        string job = await client.CreateAsync(TestClient.Job());
        PyDict copy = TestClient.Job();
        copy["on_trusted_miner"] = true;
        string trusted = await client.CreateAsync(copy);
        await client.WaitForEndAsync(job);
        await client.WaitForEndAsync(trusted);
        return new PyDict { ["job_uuid"] = job, ["trusted_job_uuid"] = trusted };
    }
}
