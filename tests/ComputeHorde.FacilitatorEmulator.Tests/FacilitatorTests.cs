using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ComputeHorde.Emulator.Python;

namespace ComputeHorde.Emulator.Tests;

public sealed class FacilitatorTests
{
    [Fact]
    public async Task Create_WithAnyBitChanged_IsRefusedByOneSideOrTheOther()
    {
        const int seed = 20260101;
        var random = new Random(seed);
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync(o => o.Speed = 1000);
        using TestClient client = await TestClient.LoginAsync(horde);
        string[] headers = ["X-CH-Signatory", "X-CH-Timestamp-NS", "X-CH-Signature", "X-CH-Signature-Scope"];
        for (int i = 0; i < 150; i++)
        {
            PyDict body = Full();
            using HttpRequestMessage request = client.CreateRequest(body);
            byte[] bytes = Encoding.UTF8.GetBytes(PyJsonWriter.Compact(body));
            string changed;
            if (i % 3 == 0)
            {
                string header = headers[i / 3 % headers.Length];
                byte[] value = Encoding.ASCII.GetBytes(request.Headers.GetValues(header).Single());
                int at = random.Next(header == "X-CH-Signature" ? value.Length - 3 : value.Length); // the last digits carry unused bits
                value[at] ^= (byte)(1 << random.Next(6));
                changed = $"{header} byte {at}";
                request.Headers.Remove(header);
                request.Headers.TryAddWithoutValidation(header, Encoding.ASCII.GetString(value));
            }
            else
            {
                int at = random.Next(Encoding.UTF8.GetByteCount(PyJsonWriter.Compact(Unsigned())), bytes.Length);
                bytes[at] ^= (byte)(1 << random.Next(7));
                changed = $"body byte {at}: {Encoding.UTF8.GetString(bytes)}";
            }

            request.Content = new ByteArrayContent(bytes);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using HttpResponseMessage answer = await SendAsync(client, request);
            if (answer.StatusCode == HttpStatusCode.Created)
            {
                string uuid = (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["uuid"]!;
                JsonNode job = await client.WaitAsync(uuid, s => s is "accepted" or "rejected");
                Assert.True(TestClient.Statuses(job).Last() == "rejected", $"Seed {seed}, change {i} went through: {changed}");
            }
        }
    }

    [Fact]
    public async Task Kind_TurnsUnexplainedPagesIntoExplainedRefusals()
    {
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync(o => o.Kind = true);
        using TestClient client = await TestClient.LoginAsync(horde);
        using HttpRequestMessage unsigned = new(HttpMethod.Post, "api/v1/job-docker/")
        {
            Content = TestClient.Body(PyJsonWriter.Compact(TestClient.Job())),
        };
        using HttpResponseMessage missing = await client.Http.SendAsync(unsigned);
        PyDict unknown = TestClient.Job();
        unknown["executor_class"] = "always_on.gpu-96gb";
        using HttpResponseMessage badClass = await client.Http.SendAsync(client.CreateRequest(unknown));
        using HttpResponseMessage wrong = await client.Http.SendAsync(
            client.Signed("api/v1/job-docker/", TestClient.Job(), "{}", "SignedFields")
        );
        using HttpResponseMessage badUuid = await client.Http.GetAsync("api/v1/jobs/?uuid=x");

        foreach (
            (HttpResponseMessage answer, string text) in new[]
            {
                (missing, "signature header"),
                (badClass, "always_on.gpu-96gb"),
                (wrong, "SignedFields"),
                (badUuid, "uuid='x'"),
            }
        )
        {
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Contains(text, (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["error"]!, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Env_LosesItsOrderAfterTheCreateAnswer()
    {
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync();
        using TestClient client = await TestClient.LoginAsync(horde);
        PyDict body = TestClient.Job("echo!stuck:sent");
        body["env"] = new PyDict
        {
            ["LONGER"] = "1",
            ["Z"] = "2",
            ["A"] = "3",
        };

        JsonNode created = (await TestClient.JsonAsync(await client.Http.SendAsync(client.CreateRequest(body))))!;
        JsonNode read = await client.GetAsync((string)created["uuid"]!);

        Assert.Equal("{\"LONGER\":\"1\",\"Z\":\"2\",\"A\":\"3\"}", created["env"]!.ToJsonString());
        Assert.Equal("{\"A\":\"3\",\"Z\":\"2\",\"LONGER\":\"1\"}", read["env"]!.ToJsonString());
    }

    [Fact]
    public async Task List_AfterAJobCompletes_HasItAtTheEnd()
    {
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync(o => o.Speed = 1000);
        using TestClient client = await TestClient.LoginAsync(horde);
        string first = await client.CreateAsync(TestClient.Job("echo"));
        string second = await client.CreateAsync(TestClient.Job("echo!stuck:sent"));
        await client.WaitForEndAsync(first);
        Assert.Equal([second, first], await UuidsAsync(client, "api/v1/jobs/"));
        Assert.Equal([second, first], await UuidsAsync(client, $"api/v1/jobs/?uuid={first}&uuid={second}&page_size=256"));
    }

    [Fact]
    public async Task Tokens_WhenExpired_AreRefusedAndANewLoginHelps()
    {
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync();
        using TestClient client = await TestClient.LoginAsync(horde);
        horde.ExpireTokens();
        using HttpResponseMessage expired = await client.Http.GetAsync("api/v1/jobs/");
        Assert.Equal("{\"detail\":\"Token expired.\"}", await expired.Content.ReadAsStringAsync());

        using TestClient again = await TestClient.LoginAsync(horde);
        Assert.Equal(HttpStatusCode.OK, (await again.Http.GetAsync("api/v1/jobs/")).StatusCode);
        Assert.Equal(2, horde.Counters.Logins);
    }

    [Fact]
    public async Task Hotkeys_SeeOnlyTheirOwnJobs()
    {
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync();
        using TestClient alice = await TestClient.LoginAsync(horde);
        using TestClient bob = await TestClient.LoginAsync(horde, "//Bob");
        string uuid = await alice.CreateAsync(TestClient.Job("echo!stuck:sent"));

        Assert.Empty(await UuidsAsync(bob, "api/v1/jobs/"));
        Assert.Equal(HttpStatusCode.NotFound, (await bob.Http.GetAsync($"api/v1/jobs/{uuid}/")).StatusCode);
    }

    [Fact]
    public async Task ValidatorWhitelist_RejectsOtherSignatories()
    {
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync(o =>
        {
            o.Speed = 1000;
            o.ValidatorWhitelist = new HashSet<string> { "5FLSigC9HGRKVhB9FiEo4Y3koPsNmBmLJbpXg2mp1hXcS59Y" };
        });
        using TestClient client = await TestClient.LoginAsync(horde);
        JsonNode job = await client.WaitForEndAsync(await client.CreateAsync(TestClient.Job()));
        Assert.Equal(["sent", "rejected"], TestClient.Statuses(job));
        Assert.Contains(
            $"Signatory {TestClient.Alice} is not in validator whitelist",
            job["status_history"]!.ToJsonString(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task CheatReports_WithEffect_BlacklistTheMiner()
    {
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync(o =>
        {
            o.Speed = 1000;
            o.EffectiveCheatReports = true;
            o.Miners = EmulatedMiner.Population(cheating: 1);
        });
        using TestClient client = await TestClient.LoginAsync(horde);
        PyDict trusted = TestClient.Job();
        trusted["on_trusted_miner"] = true;
        string job = await client.CreateAsync(TestClient.Job());
        await client.WaitForEndAsync(job);
        var report = new PyDict
        {
            ["job_uuid"] = job,
            ["trusted_job_uuid"] = await client.CreateAsync(trusted),
            ["details"] = "wrong",
        };
        using HttpResponseMessage answer = await client.ReportCheatAsync(report);

        EmulatedCheatReport recorded = Assert.Single(horde.CheatReports);
        Assert.True(recorded is { TookEffect: true, ActuallyCheated: true, Miner: "cheating-1" });
        Assert.Contains(
            "AllMinersBusy",
            await EndAsync(client, TestClient.Job()) + await EndAsync(client, TestClient.Job()),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task ClockSkew_MovesTimeStampsAndTokens()
    {
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync(o =>
            o.Faults = new FaultSettings { ClockSkewSeconds = 7200 }
        );
        using TestClient client = await TestClient.LoginAsync(horde);
        JsonNode job = await client.GetAsync(await client.CreateAsync(TestClient.Job("echo!stuck:sent")));
        Assert.True(DateTimeOffset.Parse((string)job["created_at"]!) > DateTimeOffset.UtcNow.AddHours(1));
    }

    private static PyDict Unsigned() =>
        new()
        {
            ["target_validator_hotkey"] = TestClient.Bob,
            ["job_namespace"] = "SN12.0",
            ["tag"] = "x",
        };

    /// <summary>A job in which no signed field has its default, unsigned fields first.</summary>
    private static PyDict Full()
    {
        PyDict body = Unsigned();
        PyDict job = TestClient.Job("computehorde/echo:latest", "a", "b");
        job["env"] = new PyDict { ["K"] = "v" };
        job["on_trusted_miner"] = true;
        job["volumes"] = new PyList
        {
            new PyDict
            {
                ["volume_type"] = "inline",
                ["contents"] = "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==",
                ["relative_path"] = "x",
            },
        };
        job["uploads"] = new PyList
        {
            new PyDict
            {
                ["output_upload_type"] = "single_file_put",
                ["url"] = "http://127.0.0.1:9/o",
                ["relative_path"] = "o",
                ["signed_headers"] = new PyDict { ["x-a"] = "b" },
            },
        };
        foreach ((string key, object? value) in job.Where(p => !body.ContainsKey(p.Key)))
        {
            body[key] = value;
        }

        return body;
    }

    private static async Task<HttpResponseMessage> SendAsync(TestClient client, HttpRequestMessage request)
    {
        try
        {
            return await client.Http.SendAsync(request);
        }
        catch (HttpRequestException)
        {
            // A header that .NET or Kestrel refuses never reaches the facilitator.
            return new HttpResponseMessage(HttpStatusCode.BadRequest);
        }
    }

    private static async Task<string[]> UuidsAsync(TestClient client, string path) =>
        [.. (await TestClient.JsonAsync(await client.Http.GetAsync(path)))!["results"]!.AsArray().Select(j => (string)j!["uuid"]!)];

    private static async Task<string> EndAsync(TestClient client, PyDict body)
    {
        JsonNode job = await client.WaitForEndAsync(await client.CreateAsync(body));
        return job["status_history"]!.AsArray()[^1]!.ToJsonString();
    }
}
