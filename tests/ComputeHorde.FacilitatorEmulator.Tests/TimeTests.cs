using System.Net;
using System.Numerics;
using System.Text.Json.Nodes;
using ComputeHorde.Emulator.Python;
using Microsoft.Extensions.Time.Testing;

namespace ComputeHorde.Emulator.Tests;

public sealed class TimeTests
{
    [Fact]
    public async Task Jobs_OnAManualClock_TakeHoursOfItAndNoTime()
    {
        var time = new JobTime();
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync(o =>
        {
            time.Drive(o);
            o.TokenLifetime = TimeSpan.FromDays(30);
        });
        using TestClient client = await TestClient.LoginAsync(horde);
        PyDict body = TestClient.Job("sleep", "20000");
        body["execution_time_limit"] = (BigInteger)21600;
        string uuid = await client.CreateAsync(body);
        Assert.Equal("2026-01-01T00:00:00Z", (string?)(await client.GetAsync(uuid))["created_at"]);

        await time.AdvanceUntilAsync(TimeSpan.FromSeconds(100), () => horde.Jobs[0].Status == "completed");
        JsonNode job = await client.GetAsync(uuid);
        Assert.True(DateTimeOffset.Parse((string)job["last_update"]!) >= new DateTimeOffset(2026, 1, 1, 5, 33, 20, TimeSpan.Zero));

        time.Clock.Advance(TimeSpan.FromDays(8));
        await Wait.UntilAsync(() => horde.Jobs.Count == 0);
        Assert.Equal(HttpStatusCode.NotFound, (await client.Http.GetAsync($"api/v1/jobs/{uuid}/")).StatusCode);
    }

    [Fact]
    public async Task Tokens_OnAManualClock_LiveAnHour()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync(o => o.TimeProvider = time);
        using TestClient client = await TestClient.LoginAsync(horde);
        time.Advance(TimeSpan.FromSeconds(3599));
        Assert.Equal(HttpStatusCode.OK, (await client.Http.GetAsync("api/v1/jobs/")).StatusCode);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.Http.GetAsync("api/v1/jobs/")).StatusCode);
    }

    [Fact]
    public async Task Miners_WithSlotsAndAllowance_RejectWhatDoesNotFit()
    {
        // The first job holds its slot for minutes.
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync(o =>
        {
            o.Miners = [new EmulatedMiner("small", MinerKind.Honest, 1, Slots: 1, AllowanceSeconds: 100)];
        });
        using TestClient client = await TestClient.LoginAsync(horde);
        PyDict large = TestClient.Job();
        large["execution_time_limit"] = (BigInteger)1000;
        Assert.Contains("NotEnoughAllowanceException", await EndAsync(client, large), StringComparison.Ordinal);

        PyDict job = TestClient.Job("sleep", "100000");
        job["download_time_limit"] = job["upload_time_limit"] = job["execution_time_limit"] = (BigInteger)0;
        PyDict first = TestClient.Job("stream!slow:executor_ready:200");
        first["execution_time_limit"] = (BigInteger)0;
        first["executor_class"] = "spin_up-4min.gpu-24gb";
        string running = await client.CreateAsync(first);
        await client.WaitAsync(running, s => s == "accepted");
        Assert.Contains("AllMinersBusy", await EndAsync(client, job), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TrustedJobs_WithoutATrustedMiner_FailToConnect()
    {
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync(o =>
        {
            o.Speed = 1000;
            o.TrustedMiner = false;
        });
        using TestClient client = await TestClient.LoginAsync(horde);
        PyDict job = TestClient.Job();
        job["on_trusted_miner"] = true;
        Assert.Contains("miner_connection_failed", await EndAsync(client, job), StringComparison.Ordinal);
    }

    private static async Task<string> EndAsync(TestClient client, PyDict body)
    {
        JsonNode job = await client.WaitForEndAsync(await client.CreateAsync(body));
        return job["status_history"]!.AsArray()[^1]!.ToJsonString();
    }
}
