using System.Text;
using System.Text.Json.Nodes;
using ComputeHorde.Emulator.Python;

namespace ComputeHorde.Emulator.Tests;

public sealed class LifeCycleTests
{
    [Fact]
    public async Task Job_OfAnHonestMiner_WalksThroughAllStatusesInOrder()
    {
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync(o => o.Speed = 100);
        using TestClient client = await TestClient.LoginAsync(horde);

        string uuid = await client.CreateAsync(TestClient.Job("computehorde/echo:latest", "hello", "world"));
        JsonNode job = await client.WaitForEndAsync(uuid);

        Assert.Equal(
            ["sent", "received", "accepted", "executor_ready", "volumes_ready", "execution_done", "completed"],
            TestClient.Statuses(job)
        );
        Assert.Equal("hello world\n", (string?)job["stdout"]);
        Assert.Equal("Completed", (string?)job["status"]);
        Assert.Contains(
            "\"digest\"",
            Encoding.UTF8.GetString(Convert.FromBase64String((string)job["artifacts"]!["/artifacts/result.json"]!)),
            StringComparison.Ordinal
        );
        Assert.Equal(1, horde.Counters.Creates);
    }
}
