using System.Net;
using System.Text.Json.Nodes;
using ComputeHorde.Emulator.Python;

namespace ComputeHorde.Emulator.Tests;

public sealed class ControlPlaneTests
{
    [Fact]
    public async Task Counters_AreEnoughToProveOnePaidCreatePerTag()
    {
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync(o => o.Speed = 1000);
        using TestClient client = await TestClient.LoginAsync(horde);
        PyDict body = TestClient.Job();
        body["tag"] = "run#1";
        await client.CreateAsync(body);
        body["on_trusted_miner"] = true;
        body["tag"] = "run#trusted1";
        await client.CreateAsync(body);
        await client.Http.GetAsync("api/v1/jobs/?tag=run%231");

        JsonNode counters = await ReadAsync(client, "emulator/counters");
        Assert.Equal("{\"run#1\":1,\"run#trusted1\":1}", counters["paid_creates_by_tag"]!.ToJsonString());
        Assert.Equal(
            (2, 2, 1, 1, 1),
            (
                (int)counters["create_calls"]!,
                (int)counters["creates"]!,
                (int)counters["trusted_creates"]!,
                (int)counters["list_calls"]!,
                (int)counters["logins"]!
            )
        );
        JsonNode jobs = await ReadAsync(client, "emulator/jobs?tag=run%23trusted1");
        Assert.True((bool)Assert.Single(jobs.AsArray())!["on_trusted_miner"]!);
        Assert.Equal(2, (await ReadAsync(client, "emulator/jobs?tag_prefix=run")).AsArray().Count);
        Assert.Equal(4, (await ReadAsync(client, "emulator/miners")).AsArray().Count);
        Assert.Equal(horde.ValidatorHotkey, (string?)(await ReadAsync(client, "emulator/about"))["validator_hotkey"]);
    }

    [Fact]
    public async Task Faults_SetOverHttp_HitTheNextCallsOnly()
    {
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync();
        using TestClient client = await TestClient.LoginAsync(horde);
        await PostAsync(
            client,
            "emulator/faults",
            "{\"only\":[\"list\"],\"error_next\":2,\"throttle_next\":1,\"reset_before_next\":1,\"reset_after_next\":1}"
        );

        await Assert.ThrowsAsync<HttpRequestException>(() => client.Http.GetAsync("api/v1/jobs/"));
        Assert.Equal(0, horde.Counters.ListCalls);
        foreach (int status in new[] { 503, 503, 429 })
        {
            Assert.Equal(status, await StatusAsync(client));
        }

        await Assert.ThrowsAsync<HttpRequestException>(() => client.Http.GetAsync("api/v1/jobs/"));
        Assert.Equal(1, horde.Counters.ListCalls);
        Assert.Equal(200, await StatusAsync(client));
        Assert.Equal(5, horde.Counters.FaultsInjected);
    }

    [Fact]
    public async Task Faults_OfTheValidator_KeepOrRefuseJobs()
    {
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync(o => o.Speed = 1000);
        using TestClient client = await TestClient.LoginAsync(horde);
        horde.Faults = new FaultSettings { ValidatorSilent = true };
        string lost = await client.CreateAsync(TestClient.Job());
        horde.Faults = new FaultSettings { JobCreationDisabled = true };
        using HttpResponseMessage disabled = await client.Http.SendAsync(client.CreateRequest(TestClient.Job()));
        Assert.Equal("[\"Job creation is disabled at this moment\"]", await disabled.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.NoContent, (await client.Http.DeleteAsync("emulator/faults")).StatusCode);

        await client.WaitForEndAsync(await client.CreateAsync(TestClient.Job()));
        Assert.Equal(["sent"], TestClient.Statuses(await client.GetAsync(lost)));
    }

    [Fact]
    public async Task Behaviours_SetOverHttp_ApplyByTagThenByImage()
    {
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync(o => o.Speed = 1000);
        using TestClient client = await TestClient.LoginAsync(horde);
        await PostAsync(
            client,
            "emulator/behaviours",
            "{\"tag:busy-\":\"rejected:busy,ok\",\"image:echo\":\"failed:nonzero_return_code:3\"}"
        );
        PyDict tagged = TestClient.Job("registry.example:5000/x/echo:1.2");
        tagged["tag"] = "busy-1#1";

        Assert.Equal("rejected", TestClient.Statuses(await client.WaitForEndAsync(await client.CreateAsync(tagged))).Last());
        Assert.Equal("completed", TestClient.Statuses(await client.WaitForEndAsync(await client.CreateAsync(tagged))).Last());
        Assert.Equal(
            "failed",
            TestClient
                .Statuses(await client.WaitForEndAsync(await client.CreateAsync(TestClient.Job("registry.example:5000/x/echo:1.2"))))
                .Last()
        );
        await client.Http.DeleteAsync("emulator/behaviours");
        Assert.Equal("{}", (await ReadAsync(client, "emulator/behaviours")).ToJsonString());
    }

    [Theory]
    [InlineData("emulator/faults", "{\"eror_next\":1}", "eror_next")]
    [InlineData("emulator/behaviours", "{\"tag:x\":\"nonsense\"}", "nonsense")]
    [InlineData("emulator/behaviours", "{\"job:x\":\"ok\"}", "job:x")]
    public async Task Post_WithAMistake_NamesIt(string path, string body, string named)
    {
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync();
        using var http = new HttpClient { BaseAddress = horde.BaseAddress };
        using HttpResponseMessage answer = await http.PostAsync(path, TestClient.Body(body));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(named, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Evict_ForgetsJobs()
    {
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync();
        using TestClient client = await TestClient.LoginAsync(horde);
        string uuid = await client.CreateAsync(TestClient.Job());
        await PostAsync(client, "emulator/evict", "{}");
        Assert.Equal(HttpStatusCode.NotFound, (await client.Http.GetAsync($"api/v1/jobs/{uuid}/")).StatusCode);
        Assert.Equal(1, horde.Counters.Creates);
    }

    [Fact]
    public async Task Start_OnATakenPort_SaysSo()
    {
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync();
        await Assert.ThrowsAsync<IOException>(() => FacilitatorEmulator.StartAsync(o => o.Port = horde.BaseAddress.Port));
        var error = await Assert.ThrowsAsync<ArgumentException>(() => FacilitatorEmulator.StartAsync(o => o.Speed = 0));
        Assert.Contains("Speed is 0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SeveralEmulators_RunSideBySide()
    {
        FacilitatorEmulator[] hordes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => FacilitatorEmulator.StartAsync()));
        Assert.Equal(4, hordes.Select(h => h.BaseAddress.Port).Distinct().Count());
        foreach (FacilitatorEmulator horde in hordes)
        {
            await horde.DisposeAsync();
        }
    }

    private static async Task<int> StatusAsync(TestClient client)
    {
        using HttpResponseMessage answer = await client.Http.GetAsync("api/v1/jobs/");
        return (int)answer.StatusCode;
    }

    private static async Task<JsonNode> ReadAsync(TestClient client, string path) =>
        (await TestClient.JsonAsync(await client.Http.GetAsync(path)))!;

    private static async Task PostAsync(TestClient client, string path, string body) =>
        await TestClient.JsonAsync(await client.Http.PostAsync(path, TestClient.Body(body)));
}
