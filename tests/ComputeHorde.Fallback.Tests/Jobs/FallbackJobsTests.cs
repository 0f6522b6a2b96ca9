using System.Text;
using ComputeHorde.Fallback.Tests.Support;
using ComputeHorde.FallbackEmulator;
using ComputeHorde.Sdk;

namespace ComputeHorde.Fallback.Tests.Jobs;

/// <summary>Jobs on emulated clouds that really run their start command: what becomes of them, what is left, and what it cost.</summary>
public sealed class FallbackJobsTests
{
    public static TheoryData<string> Providers => ["runpod", "container-apps"];

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Job_ThatRuns_GivesItsResultAsComputeHordeWould(string provider)
    {
        await using var cloud = await Cloud.StartAsync(
            provider,
            emulator: static options =>
                options.Repositories["org/model"] = new Dictionary<string, string>
                {
                    ["config.json"] = "{}",
                    ["sub/weights.bin"] = "weights",
                    ["skip.txt"] = "no",
                }
        );
        var spec = cloud.Shell(
            "cat \"$CH_VOLUME/in/a.txt\"; find \"$CH_VOLUME/model\" -type f | sort | sed 's|.*/volume/||'; echo oops >&2; printf data >\"$CH_ARTIFACTS/x.bin\"; printf '%s' \"$WORD\""
        ) with
        {
            ArtifactsDir = "/artifacts",
            Env = new OrderedDictionary<string, string> { ["WORD"] = "spoken" },
            InputVolumes = new OrderedDictionary<string, InputVolume>
            {
                ["/volume/in"] = InlineVolume.FromFileContents("a.txt", "input\n"u8.ToArray()),
                ["/volume/model"] = new HuggingfaceVolume("org/model") { AllowPatterns = AllowPatterns.List("*.json", "sub/*") },
            },
        };

        var created = await cloud.CreateAsync("tag", spec);
        var again = await cloud.CreateAsync("tag", spec);
        var ended = await cloud.EndOfAsync(created.Job.Uuid);

        Assert.Equal(created.Job.Uuid, again.Job.Uuid);
        Assert.True(ended.Job.IsSuccessful, ended.Job.Error?.ToString());
        Assert.Equal("input\nmodel/config.json\nmodel/sub/weights.bin\nspoken", ended.Job.Result!.Stdout);
        Assert.Equal("oops\n", ended.Job.Result.Stderr);
        Assert.Equal("data", Encoding.UTF8.GetString(ended.Job.Result.Artifacts["/artifacts/x.bin"]));
        Assert.Equal(
            ["sent", "received", "accepted", "executor_ready", "volumes_ready", "execution_done", "completed"],
            ended.Job.StatusHistory.Select(static entry => entry.Status.Value)
        );
        Assert.Equal((provider, 0.24m), (ended.Provider, ended.UsdPerHour));
        Assert.InRange(ended.CostUsd ?? -1, 0, ended.CostBoundUsd);
        Assert.Single(cloud.Emulator.Machines);
        cloud.AssertSettled(ended);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Machine_ThatIsMadeSlowlyAndByLongAnswers_RunsItsJob(string provider)
    {
        await using var cloud = await Cloud.StartAsync(
            provider,
            emulator: static options => options.StartTime = TimeSpan.FromMilliseconds(400)
        );
        cloud.Emulator.Faults.StartIsAccepted = true;
        cloud.Emulator.Faults.TooMany = 2;

        var ended = await cloud.EndOfAsync((await cloud.CreateAsync("tag", cloud.Shell("echo done"))).Job.Uuid);

        Assert.Equal("done\n", ended.Job.Result?.Stdout);
        cloud.AssertSettled(ended);
    }

    [Fact]
    public async Task Job_OnTwoProcessesAtOnce_RunsOnce()
    {
        await using var cloud = await Cloud.StartAsync();
        var spec = cloud.Shell("echo once");

        var created = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => cloud.CreateAsync("tag", spec)));
        var ended = await cloud.EndOfAsync(created[0].Job.Uuid);

        Assert.True(ended.Job.IsSuccessful);
        Assert.Equal(1, cloud.Emulator.Machines.Sum(static machine => machine.Executions));
        cloud.AssertSettled(ended);
    }

    [Theory]
    [InlineData("runpod", CreateFault.ErrorBefore)]
    [InlineData("runpod", CreateFault.ErrorAfter)]
    [InlineData("runpod", CreateFault.DropAfter)]
    [InlineData("runpod", CreateFault.Twice)]
    [InlineData("container-apps", CreateFault.ErrorBefore)]
    [InlineData("container-apps", CreateFault.ErrorAfter)]
    public async Task Create_WhoseAnswerIsLostOrWrong_RunsTheJobOnce(string provider, CreateFault fault)
    {
        await using var cloud = await Cloud.StartAsync(provider, static options => options with { CreateDoubt = TimeSpan.FromSeconds(1) });
        cloud.Emulator.Faults.ListingLag = TimeSpan.FromMilliseconds(300);
        cloud.Emulator.Faults.Creates.Enqueue(fault);

        var created = await cloud.CreateAsync("tag", cloud.Shell("echo once"));
        var ended = await cloud.EndOfAsync(created.Job.Uuid);
        await Eventually.TrueAsync(
            async () => await cloud.Jobs.ReapAsync(TestContext.Current.CancellationToken) == 0 && cloud.Emulator.Costing.Count == 0,
            "reaped"
        );

        Assert.True(ended.Job.IsSuccessful, ended.Job.Error?.ToString());
        Assert.Equal(1, cloud.Emulator.Machines.Sum(static machine => machine.Executions));
        cloud.AssertSettled(ended);
    }

    [Fact]
    public async Task Create_WhenNothingCanBeRented_SaysWhy_AndLeavesNothing()
    {
        await using var cloud = await Cloud.StartAsync();
        var gpu = cloud.Shell("true") with { ExecutorClass = ExecutorClass.AlwaysOnLlmA6000 };

        Assert.Equal(FallbackFailure.Price, (await RefusedAsync(gpu, new FallbackCreateOptions { MaxUsd = 0.01m })).Failure);
        Assert.Equal(
            FallbackFailure.Job,
            (await RefusedAsync(cloud.Shell("true") with { DockerImage = $"{cloud.Emulator.Registry}/no/such:1" })).Failure
        );
        Assert.Equal(
            FallbackFailure.Job,
            (
                await RefusedAsync(
                    cloud.Shell("true") with
                    {
                        InputVolumes = new OrderedDictionary<string, InputVolume> { ["/volume/x"] = new HuggingfaceVolume("no/such") },
                    }
                )
            ).Failure
        );
        Assert.Empty(cloud.Emulator.Machines);

        cloud.Emulator.Faults.Creates.Enqueue(CreateFault.NoMoney);
        Assert.Equal(FallbackFailure.Account, (await RefusedAsync(gpu)).Failure);
        cloud.Emulator.Faults.Creates.Enqueue(CreateFault.Dear);
        Assert.Equal(FallbackFailure.Price, (await RefusedAsync(gpu)).Failure);
        cloud.Emulator.Faults.SoldOut["NVIDIA RTX A6000"] = true;
        var refused = await RefusedAsync(gpu);
        Assert.Equal((FallbackFailure.NoCapacity, "no_miner_for_job"), (refused.Failure, refused.Reason));
        Assert.Empty(cloud.Emulator.Costing);

        // What was refused is no obstacle to the same tag later.
        cloud.Emulator.Faults.SoldOut.Clear();
        var ended = await cloud.EndOfAsync((await cloud.CreateAsync("tag", gpu)).Job.Uuid);
        Assert.True(ended.Job.IsSuccessful, ended.Job.Error?.ToString());
        cloud.AssertSettled(ended);

        Task<FallbackException> RefusedAsync(ComputeHordeJobSpec spec, FallbackCreateOptions? options = null) =>
            Assert.ThrowsAsync<FallbackException>(() =>
                cloud.Jobs.CreateAsync("tag", spec, options, TestContext.Current.CancellationToken)
            );
    }

    [Fact]
    public async Task Create_WhenTheCheapestIsSoldOut_TakesTheNext()
    {
        await using var cloud = await Cloud.StartAsync();
        cloud.Emulator.Faults.SoldOut["NVIDIA RTX A5000"] = true;

        var ended = await cloud.EndOfAsync(
            (await cloud.CreateAsync("tag", cloud.Shell("true") with { ExecutorClass = ExecutorClass.AlwaysOnGpu24Gb })).Job.Uuid
        );

        Assert.Equal((true, 0.43m), (ended.Job.IsSuccessful, ended.UsdPerHour));
        cloud.AssertSettled(ended);
    }

    [Fact]
    public async Task Create_OfWhatMachinesCannotDo_NamesEveryRule()
    {
        await using var cloud = await Cloud.StartAsync();
        var spec = cloud.Shell("true") with
        {
            Streaming = true,
            ArtifactsDir = "/etc/",
            Env = new OrderedDictionary<string, string>
            {
                ["PATH"] = "x",
                ["CH_X"] = "y",
                ["A"] = "{{ secret }}",
            },
        };

        var refused = await Assert.ThrowsAsync<ComputeHordeValidationException>(() =>
            cloud.Jobs.CreateAsync("tag", spec, options: null, TestContext.Current.CancellationToken)
        );

        Assert.Equal(
            ["streaming", "env[\"PATH\"]", "env[\"CH_X\"]", "env[\"A\"]", "artifacts_dir"],
            refused.Problems.Select(static problem => problem.Field)
        );
        Assert.Empty(cloud.Emulator.Requests);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Job_WhoseImageIsNeverPulled_IsGivenUpAtTheStartLimit(string provider)
    {
        await using var cloud = await Cloud.StartAsync(provider);
        cloud.Emulator.Faults.PullNeverEnds = true;

        var created = await cloud.CreateAsync("tag", cloud.Shell("true"));
        cloud.Time.Later = new FallbackOptions().StartLimit + TimeSpan.FromMinutes(1);
        var ended = await cloud.EndOfAsync(created.Job.Uuid);

        Assert.Equal(
            (FailureClass.HordeFailed, true),
            (ended.Job.Failure, ended.Job.Error!.Reason is "executor_spinup_failed" or "entrypoint_not_overridden")
        );
        Assert.True(ended.Job.IsWorthRetrying);
        cloud.AssertSettled(ended);
    }

    [Fact]
    public async Task Image_WithAnEntrypoint_KeepsItForTheJob_AndMayNotSwallowTheWrapper()
    {
        await using var cloud = await Cloud.StartAsync(emulator: static options =>
            options.Images["tools/shell"] = new EmulatedImage { Entrypoint = ["/bin/sh", "-c", "echo \"$0 $*\"; sleep 1"] }
        );
        var spec = cloud.Shell("") with { Args = ["one", "two three"] };
        var ended = await cloud.EndOfAsync((await cloud.CreateAsync("json", spec)).Job.Uuid);
        Assert.Equal("one two three\n", ended.Job.Result?.Stdout);
        cloud.AssertSettled(ended);

        await using var plain = await Cloud.StartAsync(
            runPod: static options => options with { ArgsForm = RunPodArgsForm.Plain },
            emulator: static options => options.Images["tools/shell"] = new EmulatedImage { Entrypoint = ["/bin/sh", "-c", "sleep 600"] }
        );
        var created = await plain.CreateAsync("plain", plain.Shell("true"));
        await Eventually.TrueAsync(() => plain.Emulator.Machines.Single().Starts == 1, "the container runs");
        plain.Time.Later = new FallbackOptions().StartLimit + TimeSpan.FromMinutes(1);
        ended = await plain.EndOfAsync(created.Job.Uuid);
        Assert.Equal("entrypoint_not_overridden", ended.Job.Error?.Reason);
        plain.AssertSettled(ended);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Machine_ThatVanishesOrDiesInMidRun_IsALossOfTheInfrastructure(string provider)
    {
        await using var cloud = await Cloud.StartAsync(provider);
        var created = await cloud.CreateAsync("tag", cloud.Shell("sleep 600"));
        await Eventually.TrueAsync(() => cloud.Emulator.Machines.Sum(static machine => machine.Executions) == 1, "the job runs");
        await cloud.Emulator.VanishAsync(cloud.Emulator.Machines[0].Id);
        cloud.Restart();

        // Azure's list still shows the job: there the heartbeat would tell.
        if (provider == "runpod")
        {
            var ended = await cloud.EndOfAsync(created.Job.Uuid);
            Assert.Equal((FailureClass.HordeFailed, "executor_disconnected"), (ended.Job.Failure, ended.Job.Error!.Reason));
            cloud.AssertSettled(ended);
        }

        var released = await cloud.Jobs.ReleaseAsync(created.Job.Uuid, TestContext.Current.CancellationToken);
        Assert.True(released!.IsReleased);
        Assert.Empty(cloud.Emulator.Costing);
    }

    [Fact]
    public async Task Job_BeyondItsOwnLimit_HasFailedByItsOwnDoing()
    {
        await using var cloud = await Cloud.StartAsync();
        var ended = await cloud.EndOfAsync(
            (await cloud.CreateAsync("tag", cloud.Shell("echo started; sleep 600") with { ExecutionTimeLimitSec = 1 })).Job.Uuid
        );

        Assert.Equal(
            (FailureClass.JobFailed, "timeout", "execution", "started\n"),
            (ended.Job.Failure, ended.Job.Error!.Reason, ended.Job.Error.Stage, ended.Job.Error.Stdout)
        );
        cloud.AssertSettled(ended);
    }

    [Fact]
    public async Task Deadline_OfAMachine_EndsItWhateverItDoes()
    {
        await using var cloud = await Cloud.StartAsync();
        var spec = cloud.Shell("sleep 600");
        cloud.Emulator.Faults.PullNeverEnds = true;
        var created = await cloud.CreateAsync("tag", spec);
        var name = Assert.Single(cloud.Emulator.Costing).Name;
        Assert.Equal(created.Deadline, JobId.DeadlineOf(name));

        // Nobody looks at the job any more, not even at its record: the name says enough.
        await cloud.Container.DeleteBlobAsync($"{created.Job.Uuid}/job.json", cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(0, await cloud.Jobs.ReapAsync(TestContext.Current.CancellationToken));
        cloud.Time.Later = created.Deadline - cloud.Time.GetUtcNow() + TimeSpan.FromMinutes(1);
        Assert.Equal(1, await cloud.Jobs.ReapAsync(TestContext.Current.CancellationToken));
        Assert.Empty(cloud.Emulator.Costing);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Release_WhileTheProviderFails_DoesNotSayThatItIsDone(string provider)
    {
        await using var cloud = await Cloud.StartAsync(provider, runPod: static options => options with { MaxRetries = 0 });
        var created = await cloud.CreateAsync("tag", cloud.Shell("sleep 600"));
        cloud.Emulator.Faults.FailedDeletes = 100;
        if (provider == "runpod")
        {
            await Assert.ThrowsAsync<FallbackException>(() =>
                cloud.Jobs.ReleaseAsync(created.Job.Uuid, TestContext.Current.CancellationToken)
            );
            cloud.Emulator.Faults.Away = true;
            await Assert.ThrowsAsync<FallbackException>(() =>
                cloud.Jobs.ReleaseAsync(created.Job.Uuid, TestContext.Current.CancellationToken)
            );
            Assert.False((await cloud.Jobs.GetAsync(created.Job.Uuid, TestContext.Current.CancellationToken)).IsReleased);
        }

        cloud.Emulator.Faults.Away = false;
        cloud.Emulator.Faults.FailedDeletes = provider == "runpod" ? 0 : 1;
        cloud.Emulator.Faults.TooMany = provider == "runpod" ? 0 : 1;
        var released = await cloud.Jobs.ReleaseAsync(created.Job.Uuid, TestContext.Current.CancellationToken);
        Assert.Equal("stopped", released!.Job.Error!.Reason);
        cloud.AssertSettled(released);
    }

    [Fact]
    public async Task Result_WhileTheProviderIsAway_StillCounts()
    {
        await using var cloud = await Cloud.StartAsync(runPod: static options => options with { MaxRetries = 0 });
        var created = await cloud.CreateAsync("tag", cloud.Shell("echo done"));
        cloud.Emulator.Faults.Away = true;
        FallbackJob? seen = null;
        await Eventually.TrueAsync(
            async () => (seen = await cloud.Jobs.GetAsync(created.Job.Uuid, TestContext.Current.CancellationToken)).Job.IsTerminal,
            "the result is seen"
        );
        Assert.Equal((true, false), (seen!.Job.IsSuccessful, seen.IsReleased));

        cloud.Emulator.Faults.Away = false;
        var ended = await cloud.EndOfAsync(created.Job.Uuid);
        Assert.Equal("done\n", ended.Job.Result!.Stdout);
        cloud.AssertSettled(ended);
    }

    [Fact]
    public async Task Pod_WithItsOwnKey_EndsItselfWhenNobodyElseDoes()
    {
        await using var cloud = await Cloud.StartAsync(emulator: static options => options.MachineEnvironment["CH_GRACE"] = "0");
        cloud.Emulator.Faults.PodKeyRefused = false;

        var created = await cloud.CreateAsync("tag", cloud.Shell("echo done"));
        await Eventually.TrueAsync(() => cloud.Emulator.Costing.Count == 0, "the pod has deleted itself");

        var ended = await cloud.EndOfAsync(created.Job.Uuid);
        Assert.True(ended.Job.IsSuccessful);
        cloud.AssertSettled(ended);
    }

    [Fact]
    public async Task Client_RunUntilComplete_RepeatsLossesAndEndsItsMachines()
    {
        await using var cloud = await Cloud.StartAsync();
        using var downloads = new HttpClient();
        var client = new FallbackClient(
            cloud.Provider,
            cloud.Container,
            downloads,
            new FallbackOptions
            {
                InsecureRegistries = [cloud.Emulator.Registry],
                ListInterval = TimeSpan.Zero,
                SilenceLimit = TimeSpan.FromSeconds(15),
                Heartbeat = TimeSpan.FromSeconds(1),
            }
        );
        var marker = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"));
        var attempts = new List<string>();
        var job = await client.RunUntilCompleteAsync(
            cloud.Shell($"if mkdir '{marker}' 2>/dev/null; then sleep 600; else echo second; fi"),
            new FallbackRunOptions
            {
                Tag = "run",
                OnAttempt = async (number, attempt) =>
                {
                    attempts.Add(attempt.Job.Uuid);
                    if (number == 1)
                    {
                        await Eventually.TrueAsync(() => Directory.Exists(marker), "the first job runs");
                        await cloud.Emulator.VanishAsync(cloud.Emulator.Machines[0].Id);
                    }
                },
            },
            TestContext.Current.CancellationToken
        );
        Directory.Delete(marker);

        Assert.Equal((true, "second\n", 2), (job.IsSuccessful, job.Result?.Stdout, attempts.Count));
        var known = await client
            .IterateJobsAsync(TestContext.Current.CancellationToken)
            .Select(static each => each.Uuid)
            .ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal(attempts.Order(), known.Order());
        Assert.Empty(cloud.Emulator.Costing);

        using var cancel = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            client.RunUntilCompleteAsync(
                cloud.Shell("sleep 600"),
                new FallbackRunOptions { OnAttempt = (_, _) => new ValueTask(cancel.CancelAsync()) },
                cancel.Token
            )
        );
        Assert.Empty(cloud.Emulator.Costing);
    }
}
