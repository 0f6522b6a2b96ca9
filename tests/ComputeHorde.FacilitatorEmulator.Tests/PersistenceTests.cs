using System.Text.Json.Nodes;
using ComputeHorde.Emulator.Python;

namespace ComputeHorde.Emulator.Tests;

public sealed class PersistenceTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"emulator-{Guid.NewGuid():N}", "horde.db");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    [Fact]
    public async Task Jobs_StoppedAtAnyMoment_AllCompleteAfterRestarts()
    {
        const int jobs = 60;
        var random = new Random(7);
        var uuids = new List<string>();
        for (int round = 0; round < 6; round++)
        {
            await using FacilitatorEmulator horde = await StartAsync();
            using TestClient client = await TestClient.LoginAsync(horde);
            for (int i = 0; i < jobs / 6; i++)
            {
                PyDict body = TestClient.Job("echo", $"{uuids.Count}");
                body["tag"] = $"job-{uuids.Count}#1";
                uuids.Add(await client.CreateAsync(body));
            }

            await Task.Delay(random.Next(60));
        }

        await using FacilitatorEmulator last = await StartAsync();
        using TestClient reader = await TestClient.LoginAsync(last);
        for (int i = 0; i < jobs; i++)
        {
            JsonNode job = await reader.WaitForEndAsync(uuids[i]);
            Assert.Equal(
                ["sent", "received", "accepted", "executor_ready", "volumes_ready", "execution_done", "completed"],
                TestClient.Statuses(job)
            );
            Assert.Equal($"{i}\n", (string?)job["stdout"]);
        }

        Assert.Equal(jobs, last.Counters.Creates);
        Assert.All(last.Counters.PaidCreatesByTag, p => Assert.Equal(1, p.Value));
    }

    [Fact]
    public async Task CheatReports_AreKept()
    {
        await using (FacilitatorEmulator horde = await StartAsync())
        {
            using TestClient client = await TestClient.LoginAsync(horde);
            PyDict trusted = TestClient.Job();
            trusted["on_trusted_miner"] = true;
            var report = new PyDict
            {
                ["job_uuid"] = await client.CreateAsync(TestClient.Job()),
                ["trusted_job_uuid"] = await client.CreateAsync(trusted),
                ["details"] = new PyDict { ["a"] = 1 },
            };
            Assert.Equal(201, (int)(await client.ReportCheatAsync(report)).StatusCode);
        }

        await using FacilitatorEmulator again = await StartAsync();
        Assert.Equal("{\"a\":1}", Assert.Single(again.CheatReports).Details);
    }

    [Fact]
    public async Task DataFile_OfAnotherVersion_IsRefused()
    {
        await (await StartAsync()).DisposeAsync();
        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_path};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 99";
            command.ExecuteNonQuery();
        }

        var error = await Assert.ThrowsAsync<InvalidDataException>(StartAsync);
        Assert.Contains("99", error.Message, StringComparison.Ordinal);
    }

    private Task<FacilitatorEmulator> StartAsync() =>
        FacilitatorEmulator.StartAsync(o =>
        {
            o.DataPath = _path;
            o.Speed = 20;
        });
}
