using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ComputeHorde.Durable.Tests.Support;

namespace ComputeHorde.Durable.Tests.Runs;

/// <summary>Every way a job can go, on the real runtime, Azurite and the emulator. The emulator bears witness to what was paid.</summary>
public sealed class RunJobTests(RunJobTests.Horde horde) : IClassFixture<RunJobTests.Horde>
{
    [Theory]
    // What the miner does          run      stored  turned away  class of the run's failure, its reason
    [InlineData("ok", "completed", 1, 0, null, null)]
    [InlineData("slow:3", "completed", 1, 0, null, null)]
    [InlineData("disorder", "completed", 1, 0, null, null)]
    [InlineData("duplicate", "completed", 1, 0, null, null)]
    // Rejections (protocol 9.3)
    [InlineData("rejected:busy,ok", "completed", 2, 1, null, null)]
    [InlineData("rejected:busy:unexcused,ok", "completed", 2, 1, null, null)]
    [InlineData("rejected:no_miner_for_job,rejected:no_miner_for_job:NotEnoughAllowanceException,ok", "completed", 3, 2, null, null)]
    [InlineData("rejected:validator_blacklisted,ok", "completed", 2, 1, null, null)]
    [InlineData("rejected:invalid_signature", "failed", 1, 0, "rejected", "invalid_signature")]
    // Failures by the job's own doing (protocol 9.4)
    [InlineData("failed:nonzero_return_code:3", "failed", 1, 0, "failed", "nonzero_return_code")]
    [InlineData("failed:timeout:execution", "failed", 1, 0, "failed", "timeout")]
    [InlineData("failed:download_failed", "failed", 1, 0, "failed", "download_failed")]
    [InlineData("failed:upload_failed", "failed", 1, 0, "failed", "upload_failed")]
    // Failures that the validator reports as failed, and that are the horde's
    [InlineData("failed:initial_response_timed_out,ok", "completed", 2, 0, null, null)]
    [InlineData("failed:executor_readiness_response_timed_out,ok", "completed", 2, 0, null, null)]
    [InlineData("failed:volumes_timed_out,ok", "completed", 2, 0, null, null)]
    [InlineData("failed:execution_timed_out,ok", "completed", 2, 0, null, null)]
    [InlineData("failed:final_response_timed_out,ok", "completed", 2, 0, null, null)]
    [InlineData("failed:miner_connection_failed,ok", "completed", 2, 0, null, null)]
    [InlineData("failed:unhandled_exception,ok", "completed", 2, 0, null, null)]
    // Failures of the horde
    [InlineData("horde_failed:executor_spinup_failed,ok", "completed", 2, 0, null, null)]
    [InlineData("horde_failed:executor_disconnected,ok", "completed", 2, 0, null, null)]
    [InlineData("horde_failed:security_check_failed,ok", "completed", 2, 0, null, null)]
    [InlineData("horde_failed:generic_error,ok", "completed", 2, 0, null, null)]
    [InlineData("horde_failed:generic_error", "failed", 3, 0, "horde_failed", "generic_error")]
    // Reported by the horde, caused by the request (protocol 5.4)
    [InlineData("horde_failed:unhandled_exception:HTTPStatusError:volume_download", "failed", 1, 0, "horde_failed", "unhandled_exception")]
    [InlineData("horde_failed:unhandled_exception:BadZipFile:volume_download", "failed", 1, 0, "horde_failed", "unhandled_exception")]
    [InlineData("horde_failed:unhandled_exception,ok", "completed", 2, 0, null, null)]
    // Uncertain creations: never a second paid job
    [InlineData("drop", "completed", 1, 0, null, null)]
    [InlineData("reset,ok", "completed", 1, 0, null, null)]
    [InlineData("stored-error", "completed", 1, 0, null, null)]
    [InlineData("error,ok", "completed", 1, 0, null, null)]
    [InlineData("error:429,ok", "completed", 1, 0, null, null)]
    // Gone
    [InlineData("evict:completed,ok", "completed", 2, 0, null, null)]
    public async Task Run_AnyFate_EndsAndPaysAsItShould(
        string script,
        string status,
        int stored,
        int turnedAway,
        string? failureClass,
        string? reason
    )
    {
        var id = await horde.StartAsync(script);
        var run = await horde.Fixture.EndOfAsync($"jobs/{id}");

        Assert.Equal(status, (string?)run["status"]);
        var outcome = run["outcome"]!;
        Assert.Equal(failureClass, (string?)outcome["failure"]?["class"]);
        Assert.Equal(reason, (string?)outcome["failure"]?["reason"]);
        Assert.Equal(stored, horde.PaidFor(id));
        Assert.Equal(stored - turnedAway, outcome["attempts"]!.AsArray().Count);
        Assert.Equal(turnedAway, (int)outcome["turned_away"]!);
        Assert.Empty(await horde.Fixture.ListAsync("inflight", id + "/"));
        Assert.Equal(stored, (await horde.Fixture.ListAsync("attempts", id + "/")).Count);
        if (status == "completed")
        {
            Assert.Equal(1, (int)outcome["result"]!["outputs"]!);
            Assert.NotEmpty(
                await horde.Fixture.Http.GetStringAsync(
                    new Uri($"jobs/{id}/result?part=stdout", UriKind.Relative),
                    TestContext.Current.CancellationToken
                )
            );
        }
    }

    [Fact]
    public async Task Run_JobFails_KeepsItsExitStatusAndOutput()
    {
        var id = await horde.StartAsync("failed:nonzero_return_code:7");
        var outcome = (await horde.Fixture.EndOfAsync($"jobs/{id}"))["outcome"]!;
        Assert.Equal(7, (int)outcome["failure"]!["exit_status"]!);
        Assert.NotNull(outcome["result"]);
        Assert.Null(outcome["job_uuid"]);
    }

    [Fact]
    public async Task Answers_AnyOfThem_AreKeptByNoCacheAndGuessedByNoBrowser()
    {
        var id = await horde.StartAsync("ok");
        await horde.Fixture.EndOfAsync($"jobs/{id}");
        foreach (
            var path in new[]
            {
                $"jobs/{id}",
                $"jobs/{id}/result",
                $"jobs/{id}/result?part=stdout",
                "jobs/unknown",
                "openapi.json",
                "health",
            }
        )
        {
            using var answer = await horde.Fixture.Http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.True(answer.Headers.CacheControl?.NoStore, path);
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Contains("default-src 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Run_NobodyEverHasRoom_EndsAfterItsBoundWithoutAnAttempt()
    {
        var id = await horde.StartAsync("rejected:busy", new JsonObject { ["capacity_timeout_seconds"] = 2, ["backoff_seconds"] = 0.05 });
        var run = await horde.Fixture.EndOfAsync($"jobs/{id}");
        Assert.Equal(
            ("failed", "rejected", "busy"),
            ((string?)run["status"], (string?)run["outcome"]!["failure"]!["class"], (string?)run["outcome"]!["failure"]!["reason"])
        );
        Assert.Empty(run["outcome"]!["attempts"]!.AsArray());
        Assert.Equal(horde.PaidFor(id), (int)run["outcome"]!["turned_away"]!);
    }

    [Fact]
    public async Task Result_AnOutput_IsReadThroughAPresignedUrl()
    {
        var id = await horde.StartAsync("ok");
        await horde.Fixture.EndOfAsync($"jobs/{id}");
        var output = (await horde.Fixture.GetAsync($"jobs/{id}/result"))["outputs"]!.AsObject().Single();
        var bytes = await horde.Fixture.Http.GetByteArrayAsync(
            new Uri($"jobs/{id}/result?part={output.Key}", UriKind.Relative),
            TestContext.Current.CancellationToken
        );
        Assert.Equal((string?)output.Value!["sha256"], Convert.ToHexStringLower(SHA256.HashData(bytes)));
        using var unknown = await horde.Fixture.Http.GetAsync(
            new Uri($"jobs/{id}/result?part=/output/other", UriKind.Relative),
            TestContext.Current.CancellationToken
        );
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task Result_DeletedByALifeCycleRule_IsGone()
    {
        var id = await horde.StartAsync("ok");
        await horde.Fixture.EndOfAsync($"jobs/{id}");
        foreach (var name in await horde.Fixture.ListAsync("results", id + "/"))
        {
            await horde
                .Fixture.Blobs.GetBlobContainerClient("results")
                .DeleteBlobAsync(name, cancellationToken: TestContext.Current.CancellationToken);
        }

        using var answer = await horde.Fixture.Http.GetAsync(
            new Uri($"jobs/{id}/result", UriKind.Relative),
            TestContext.Current.CancellationToken
        );
        Assert.Equal(HttpStatusCode.Gone, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("""{"paused":5}""", "policy.stage_deadlines")]
    [InlineData("""{"accepted":0}""", "policy.stage_deadlines.accepted")]
    [InlineData("""{"accepted":"soon"}""", "policy.stage_deadlines.accepted")]
    [InlineData("null", "policy.stage_deadlines")]
    public async Task Start_StageDeadlineIsWrong_IsRefusedByItsName(string deadlines, string field)
    {
        var job = Jobs.Sha256("deadlines");
        job["policy"] = new JsonObject { ["stage_deadlines"] = JsonNode.Parse(deadlines) };
        using var answer = await horde.Fixture.PostAsync("jobs", job);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Contains(problem["errors"]!.AsObject(), error => error.Key.StartsWith(field, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Cancel_RunWaits_EndsAsCancelled()
    {
        var id = await horde.StartAsync("stuck:accepted");
        await Eventually.TrueAsync(() => horde.PaidFor(id) == 1, "the job was bought");
        using var answer = await horde.Fixture.PostAsync($"jobs/{id}/cancel");
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal("cancelled", (string?)(await horde.Fixture.EndOfAsync($"jobs/{id}"))["status"]);
        Assert.Equal(1, horde.PaidFor(id));
    }

    [Fact]
    public async Task Start_SameKey_StartsOneRun()
    {
        var job = Jobs.Sha256("twice", "/output/report.txt");
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => horde.Fixture.PostAsync("jobs", job, "same-key")));
        Assert.All(answers, static answer => Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode));
        await horde.Fixture.EndOfAsync("jobs/same-key");
        Assert.Equal(1, horde.PaidFor("same-key"));
        using var other = await horde.Fixture.PostAsync("jobs", Jobs.Sha256("another"), "same-key");
        Assert.Equal(HttpStatusCode.Conflict, other.StatusCode);
        Assert.Equal("application/problem+json", other.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("ok", "match", 0, 1)]
    [InlineData("cheat", "mismatch", 1, 2)]
    [InlineData("cheat/ok,cheat", "inconclusive", 0, 2)]
    public async Task CrossValidate_AnyMiner_ReportsConfirmedCheatsOnly(string script, string verdict, int reports, int trusted)
    {
        var id = await horde.StartAsync(script, policy: null, new JsonObject { ["sampling"] = "always" });
        var outcome = (await horde.Fixture.EndOfAsync($"jobs/{id}"))["outcome"]!;
        var check = await horde.Fixture.VerdictOfAsync(id);
        var job = (string)outcome["job_uuid"]!;
        Assert.Equal(verdict, (string?)check["verdict"]);
        Assert.Equal(reports, horde.Fixture.Emulator.CheatReports.Count(report => report.JobUuid.ToString() == job));
        Assert.Equal(reports * 2, (await horde.Fixture.ListAsync("ledger", job + "/")).Count);
        Assert.Equal(reports == 1 ? "recorded" : null, (string?)check["report"]);
        Assert.Equal(
            trusted,
            horde
                .Fixture.Emulator.Counters.PaidCreatesByTag.Where(tag => tag.Key.StartsWith($"{id}#trusted", StringComparison.Ordinal))
                .Sum(static tag => tag.Value)
        );
    }

    /// <summary>One stack for all of these tests.</summary>
    public sealed class Horde : IAsyncLifetime
    {
        private int _runs;

        internal HordeFixture Fixture { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Fixture = await HordeFixture.StartAsync();

        public ValueTask DisposeAsync() => Fixture.DisposeAsync();

        /// <summary>Starts a run whose jobs go as the script says.</summary>
        internal async Task<string> StartAsync(string script, JsonObject? policy = null, JsonObject? crossValidation = null)
        {
            var id = "run-" + Interlocked.Increment(ref _runs).ToString("D3", CultureInfo.InvariantCulture);
            Fixture.Emulator.SetBehaviourForTag(id + "#", script);
            var job = Jobs.Sha256(id, "/output/report.txt");
            job["policy"] = policy ?? new JsonObject { ["backoff_seconds"] = 0.05 };
            job["cross_validation"] = crossValidation;
            using var answer = await Fixture.PostAsync("jobs", job, id);
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            return id;
        }

        /// <summary>
        /// How many jobs the facilitator stored for a run, copies on the trusted miner not counted; each tag at most once.
        /// </summary>
        internal int PaidFor(string id)
        {
            var paid = Fixture
                .Emulator.Counters.PaidCreatesByTag.Where(tag =>
                    tag.Key.StartsWith(id + "#", StringComparison.Ordinal) && !tag.Key.Contains("#trusted", StringComparison.Ordinal)
                )
                .ToArray();
            Assert.All(paid, static tag => Assert.Equal(1, tag.Value));
            return paid.Length;
        }
    }
}
