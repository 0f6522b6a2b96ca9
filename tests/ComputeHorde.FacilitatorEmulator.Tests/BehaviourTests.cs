using System.Net;
using System.Text.Json.Nodes;
using ComputeHorde.Emulator.Python;

namespace ComputeHorde.Emulator.Tests;

public sealed class BehaviourTests
{
    /// <summary>Every end of protocol 9.3 and 9.4: behaviour, statuses, detail object, its reason.</summary>
    public static TheoryData<string, string, string, string> Ends =>
        new()
        {
            { "rejected:invalid_signature", "sent rejected", "job_rejection_details", "Bad signature" },
            { "rejected:no_miner_for_job", "sent received rejected", "job_rejection_details", "AllMinersBusy" },
            {
                "rejected:no_miner_for_job:NotEnoughCollateralException",
                "sent received rejected",
                "job_rejection_details",
                "NotEnoughCollateralException"
            },
            { "rejected:busy", "sent received rejected", "job_rejection_details", "Miner properly excused job" },
            { "rejected:busy:unexcused", "sent received rejected", "job_rejection_details", "Miner failed to excuse job" },
            { "rejected:validator_blacklisted", "sent received rejected", "job_rejection_details", "validator_blacklisted" },
            {
                "failed:nonzero_return_code:137",
                "sent received accepted executor_ready volumes_ready failed",
                "job_failure_details",
                "exit code: 137"
            },
            {
                "failed:timeout",
                "sent received accepted executor_ready volumes_ready failed",
                "job_failure_details",
                "Job container timed out during execution"
            },
            {
                "failed:timeout:volume_download",
                "sent received accepted executor_ready failed",
                "job_failure_details",
                "Download time exceeded"
            },
            {
                "failed:timeout:result_upload",
                "sent received accepted executor_ready volumes_ready execution_done failed",
                "job_failure_details",
                "Upload time exceeded"
            },
            {
                "failed:timeout:streaming_startup",
                "sent received accepted executor_ready volumes_ready failed",
                "job_failure_details",
                "health check failed"
            },
            { "failed:download_failed", "sent received accepted executor_ready failed", "job_failure_details", "Download failed" },
            {
                "failed:upload_failed",
                "sent received accepted executor_ready volumes_ready execution_done failed",
                "job_failure_details",
                "upload_failed"
            },
            { "failed:initial_response_timed_out", "sent received failed", "horde_failure_details", "initial_response_timed_out" },
            {
                "failed:executor_readiness_response_timed_out",
                "sent received accepted failed",
                "horde_failure_details",
                "executor_readiness_response_timed_out"
            },
            { "failed:volumes_timed_out", "sent received accepted executor_ready failed", "horde_failure_details", "volumes_timed_out" },
            {
                "failed:streaming_job_ready_timed_out",
                "sent received accepted executor_ready volumes_ready failed",
                "horde_failure_details",
                "streaming_job_ready_timed_out"
            },
            {
                "failed:execution_timed_out",
                "sent received accepted executor_ready volumes_ready failed",
                "horde_failure_details",
                "execution_timed_out"
            },
            {
                "failed:final_response_timed_out",
                "sent received accepted executor_ready volumes_ready execution_done failed",
                "horde_failure_details",
                "final_response_timed_out"
            },
            { "failed:miner_connection_failed", "sent received failed", "horde_failure_details", "Miner connection failed" },
            { "failed:unhandled_exception", "sent received failed", "horde_failure_details", "unhandled_exception" },
            { "horde_failed:executor_spinup_failed", "sent received horde_failed", "horde_failure_details", "Executor failed to start" },
            {
                "horde_failed:executor_disconnected",
                "sent received accepted executor_ready volumes_ready horde_failed",
                "horde_failure_details",
                "code: 1006"
            },
            {
                "horde_failed:security_check_failed",
                "sent received accepted horde_failed",
                "horde_failure_details",
                "nvidia-container-toolkit"
            },
            { "horde_failed:generic_error", "sent received accepted horde_failed", "horde_failure_details", "Failed to pull docker image" },
            { "horde_failed:generic_error:startup", "sent received accepted horde_failed", "horde_failure_details", "initial job details" },
            {
                "horde_failed:unhandled_exception",
                "sent received accepted executor_ready horde_failed",
                "horde_failure_details",
                "RuntimeError"
            },
            {
                "horde_failed:unhandled_exception:HTTPStatusError",
                "sent received accepted executor_ready horde_failed",
                "horde_failure_details",
                "HTTPStatusError"
            },
            {
                "horde_failed:unhandled_exception:TimeoutError",
                "sent received accepted executor_ready volumes_ready horde_failed",
                "horde_failure_details",
                "TimeoutError"
            },
            {
                "horde_failed:streaming_failed",
                "sent received accepted executor_ready volumes_ready horde_failed",
                "horde_failure_details",
                "streaming_failed"
            },
            {
                "late:1",
                "sent received accepted executor_ready volumes_ready horde_failed execution_done completed",
                "miner_response",
                "digest"
            },
            { "disorder", "sent received accepted executor_ready volumes_ready completed execution_done", "", "" },
            { "duplicate", "sent received accepted executor_ready volumes_ready execution_done completed", "miner_response", "" },
            {
                "status:warming_up",
                "sent received accepted warming_up executor_ready volumes_ready execution_done completed",
                "miner_response",
                ""
            },
        };

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task Behaviour_Scripted_EndsAsTheProtocolSays(string behaviour, string statuses, string details, string text)
    {
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync(o => o.Speed = 1000);
        using TestClient client = await TestClient.LoginAsync(horde);
        PyDict body = TestClient.Job();
        body["env"] = new PyDict { ["EMULATOR_BEHAVIOUR"] = behaviour };

        string last = statuses.Split(' ')[^1];
        JsonNode job = await client.WaitAsync(await client.CreateAsync(body), s => s == last);

        Assert.Equal(statuses.Split(' '), TestClient.Statuses(job));
        string metadata = job["status_history"]!.AsArray()[^1]!["metadata"]!.ToJsonString(
            new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }
        );
        Assert.Contains(details, metadata, StringComparison.Ordinal);
        if (details != "miner_response")
        {
            Assert.Contains(text, metadata, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Script_WithSeveralAttempts_GivesEachAttemptItsOwnBehaviour()
    {
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync(o => o.Speed = 1000);
        using TestClient client = await TestClient.LoginAsync(horde);
        var ends = new List<string>();
        foreach (
            string tag in new[]
            {
                "run!rejected:busy,failed:miner_connection_failed,ok/cheat#1",
                "run!rejected:busy,failed:miner_connection_failed,ok/cheat#2",
                "run!rejected:busy,failed:miner_connection_failed,ok/cheat#3",
            }
        )
        {
            PyDict body = TestClient.Job();
            body["tag"] = tag;
            ends.Add(TestClient.Statuses(await client.WaitForEndAsync(await client.CreateAsync(body))).Last());
        }

        Assert.Equal(["rejected", "failed", "completed"], ends);
    }

    [Fact]
    public async Task Script_ForTrustedCopies_FollowsTheSlash()
    {
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync(o => o.Speed = 1000);
        using TestClient client = await TestClient.LoginAsync(horde);
        PyDict body = TestClient.Job("echo!cheat/rejected:busy,ok", "x");
        body["tag"] = "a#1";
        JsonNode original = await client.WaitForEndAsync(await client.CreateAsync(body));
        body["on_trusted_miner"] = true;
        body["tag"] = "a#trusted1";
        JsonNode first = await client.WaitForEndAsync(await client.CreateAsync(body));
        body["tag"] = "a#trusted2";
        JsonNode second = await client.WaitForEndAsync(await client.CreateAsync(body));

        Assert.Equal(["Completed", "Rejected", "Completed"], new[] { original, first, second }.Select(j => (string)j["status"]!));
        Assert.NotEqual((string?)original["stdout"], (string?)second["stdout"]);
    }

    [Theory]
    [InlineData("sent")]
    [InlineData("received")]
    [InlineData("accepted")]
    [InlineData("executor_ready")]
    [InlineData("volumes_ready")]
    [InlineData("execution_done")]
    public async Task Stuck_AtAStatus_StaysThere(string status)
    {
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync(o => o.Speed = 1000);
        using TestClient client = await TestClient.LoginAsync(horde);
        string stuck = await client.CreateAsync(TestClient.Job($"echo!stuck:{status}"));
        await client.WaitAsync(stuck, s => s == status);
        await client.WaitForEndAsync(await client.CreateAsync(TestClient.Job()));

        Assert.Equal(status, TestClient.Statuses(await client.GetAsync(stuck)).Last());
    }

    [Fact]
    public async Task CreateFaults_StoreOrNot_AsTheyAreNamed()
    {
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync(o => o.Speed = 1000);
        using TestClient client = await TestClient.LoginAsync(horde);
        foreach (
            (string fault, bool stored) in new[] { ("drop", true), ("reset", false), ("error:503", false), ("stored-error:502", true) }
        )
        {
            PyDict body = TestClient.Job();
            body["tag"] = $"{fault}!{fault},ok#1";
            try
            {
                using HttpResponseMessage answer = await client.Http.SendAsync(client.CreateRequest(body));
                Assert.Equal(fault[^3..], ((int)answer.StatusCode).ToString());
            }
            catch (HttpRequestException)
            {
                Assert.DoesNotContain(':', fault);
            }

            Assert.Equal(stored ? 1 : 0, horde.Counters.PaidCreatesByTag.GetValueOrDefault((string)body["tag"]!));
            await client.CreateAsync(body);
        }
    }

    [Fact]
    public async Task UnknownStatus_MakesDetailAndListFail()
    {
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync(o => o.Speed = 1000);
        using TestClient client = await TestClient.LoginAsync(horde);
        await client.CreateAsync(TestClient.Job("echo!status:unknown+stuck:executor_ready"));
        await Wait.UntilAsync(() => horde.Jobs[0].History.Any(s => s.Status == "unknown"));

        Assert.Equal(HttpStatusCode.InternalServerError, (await client.Http.GetAsync($"api/v1/jobs/{horde.Jobs[0].Uuid}/")).StatusCode);
        Assert.Equal(HttpStatusCode.InternalServerError, (await client.Http.GetAsync("api/v1/jobs/")).StatusCode);
    }

    [Fact]
    public async Task BehaviourRates_WithTheSameSeed_HitTheSameTags()
    {
        var runs = new List<string>();
        for (int run = 0; run < 2; run++)
        {
            await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync(o =>
            {
                o.Speed = 1000;
                o.Seed = 42;
                o.BehaviourRates["rejected:busy"] = 0.3;
                o.BehaviourRates["horde_failed:executor_disconnected"] = 0.2;
            });
            using TestClient client = await TestClient.LoginAsync(horde);
            for (int i = 0; i < 40; i++)
            {
                PyDict body = TestClient.Job();
                body["tag"] = $"t{i}#1";
                await client.CreateAsync(body);
            }

            runs.Add(string.Join(' ', horde.Jobs.OrderBy(j => j.Tag, StringComparer.Ordinal).Select(j => j.Behaviour)));
        }

        Assert.Equal(runs[0], runs[1]);
        Assert.InRange(runs[0].Split(' ').Count(b => b == "rejected:busy"), 4, 20);
        Assert.InRange(runs[0].Split(' ').Count(b => b == "horde_failed:executor_disconnected"), 2, 16);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("failed:nothing")]
    [InlineData("stuck:nowhere")]
    [InlineData("ok+slow:fast")]
    public async Task SetBehaviour_NotUnderstood_NamesThePart(string script)
    {
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync();
        var error = Assert.Throws<FormatException>(() => horde.SetBehaviourForTag("x", script));
        Assert.Contains(script.Split('+')[^1], error.Message, StringComparison.Ordinal);
    }
}
