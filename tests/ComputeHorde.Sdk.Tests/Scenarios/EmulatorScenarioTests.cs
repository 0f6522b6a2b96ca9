using System.Text;
using ComputeHorde.Emulator;

namespace ComputeHorde.Sdk.Tests.Scenarios;

/// <summary>The client against an independent facilitator and validator, which check every signature for themselves.</summary>
public sealed class EmulatorScenarioTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Scenario_EveryVolumeAndUploadInUnicode_CompletesAndReports()
    {
        await using var files = await FileServer.StartAsync();
        await using var horde = await FacilitatorEmulator.StartAsync(options =>
        {
            options.Speed = 100;
            options.HuggingFaceBaseAddress = files.BaseAddress;
        });
        using var client = Client(horde);

        var (job, trusted) = await ClientScenario.RunAsync(client, Everything(files, "a"), Everything(files, "b"), Limit);

        Assert.True(job.IsSuccessful, job.Error?.ToString());
        Assert.True(trusted.IsSuccessful, trusted.Error?.ToString());
        Assert.Contains("Zażółć", job.Result!.Stdout, StringComparison.Ordinal);
        Assert.Equal(job.Result.Stdout, trusted.Result!.Stdout);
        Assert.Contains("/artifacts/result.json", job.Result.Artifacts.Keys);
        Assert.Contains("příklad.txt", Encoding.UTF8.GetString(job.Result.Artifacts["/artifacts/result.json"]), StringComparison.Ordinal);
        Assert.Equal("stored", job.Result.UploadResults["/output/put.bin"].Body);
        Assert.Equal("BlockBlob", files.Uploads["/a/put"].Headers["x-ms-blob-type"]);
        Assert.Equal(["policy=p", "a=ä"], files.Uploads["/a/form"].Fields);
        Assert.Single(horde.CheatReports);
        Assert.Equal(2, horde.Jobs.Count);
    }

    [Theory]
    [InlineData("drop")]
    [InlineData("reset")]
    [InlineData("error:502")]
    [InlineData("error:500")]
    [InlineData("stored-error:502")]
    [InlineData("stored-error:500")]
    public async Task CreateJob_EmulatedFault_StoresOneJob(string behaviour)
    {
        await using var horde = await FacilitatorEmulator.StartAsync(options => options.Speed = 100);
        horde.SetBehaviourForTag("faulty", behaviour + ",ok");
        using var client = Client(horde);
        var result = await client.CreateJobAsync(Specs.Minimal, new CreateJobOptions { Tag = "faulty" });
        Assert.Equal(result.Job.Uuid, Assert.Single(horde.Jobs).Uuid.ToString("D"));
        Assert.True((await client.WaitAsync(result.Job.Uuid, Limit)).IsSuccessful);
    }

    [Fact]
    public async Task Calls_TokensExpireAndFaultsRain_AllSucceed()
    {
        await using var horde = await FacilitatorEmulator.StartAsync(options =>
        {
            options.Speed = 100;
            options.Faults = new FaultSettings
            {
                ErrorRate = 0.15,
                ResetBeforeRate = 0.1,
                ResetAfterRate = 0.1,
                ThrottleRate = 0.1,
            };
        });
        using var client = Client(horde, options => options.MaxRetries = 60);
        var uuids = new List<string>();
        for (var i = 0; i < 20; i++)
        {
            if (i % 5 == 0)
            {
                horde.ExpireTokens();
            }

            uuids.Add((await client.CreateJobAsync(Specs.Minimal, new CreateJobOptions { Tag = $"rain {i}" })).Job.Uuid);
        }

        Assert.Equal(20, horde.Jobs.Count);
        Assert.Equal(20, horde.Jobs.Select(job => job.Tag).Distinct().Count());
        foreach (var uuid in uuids)
        {
            Assert.True((await client.WaitAsync(uuid, Limit)).IsSuccessful);
        }
    }

    [Theory]
    [InlineData("rejected:busy,horde_failed:executor_disconnected,ok", true, 3)]
    [InlineData("failed:nonzero_return_code,ok", false, 1)]
    [InlineData("late:100,ok", true, 1)]
    [InlineData("horde_failed:executor_spinup_failed,failed:execution_timed_out,horde_failed:generic_error,ok", false, 3)]
    public async Task RunUntilComplete_ScriptedEnds_FollowTheFailureClass(string script, bool succeeds, int attempts)
    {
        await using var horde = await FacilitatorEmulator.StartAsync(options => options.Speed = 100);
        horde.SetBehaviourForTag("run", script);
        using var client = Client(horde);
        var run = await client.RunUntilCompleteAsync(
            Specs.Minimal,
            new RunOptions
            {
                Tag = "run",
                Timeout = Limit,
                RetryDelay = TimeSpan.FromMilliseconds(1),
            }
        );
        Assert.Equal((succeeds, attempts), (run.IsSuccessful, run.Attempts.Count));
        Assert.Equal(attempts, horde.Jobs.Count);
    }

    [Fact]
    public async Task GetJobs_ThreeHundred_TakesTwoListCalls()
    {
        await using var horde = await FacilitatorEmulator.StartAsync(options => options.Speed = 100);
        using var client = Client(horde);
        var uuids = new List<string>();
        for (var i = 0; i < 300; i += 20)
        {
            uuids.AddRange(
                await Task.WhenAll(
                    Enumerable
                        .Range(i, 20)
                        .Select(async n => (await client.CreateJobAsync(Specs.Minimal, new CreateJobOptions { Tag = $"n{n}" })).Job.Uuid)
                )
            );
        }

        var before = horde.Counters.ListCalls;
        Assert.Equal(300, (await client.GetJobsAsync(uuids)).Values.Count(look => look.Job is not null));
        Assert.Equal(2, horde.Counters.ListCalls - before);
    }

    [Fact]
    public async Task Login_HotkeyNotWhitelisted_IsAnAuthenticationError()
    {
        await using var horde = await FacilitatorEmulator.StartAsync(options =>
            options.Whitelist = new HashSet<string> { Specs.Validator }
        );
        using var client = Client(horde);
        var error = await Assert.ThrowsAsync<ComputeHordeAuthenticationException>(() => client.GetJobsPageAsync());
        Assert.Contains("whitelist", error.Message, StringComparison.Ordinal);
    }

    /// <summary>
    /// Set COMPUTEHORDE_SCENARIO_URL, _KEYFILE (an unencrypted hotkey) and _VALIDATOR to run the scenario against a live facilitator. It
    /// buys two small jobs.
    /// </summary>
    [Fact]
    public async Task Scenario_LiveFacilitator_Passes()
    {
        var url = Environment.GetEnvironmentVariable("COMPUTEHORDE_SCENARIO_URL");
        Assert.SkipWhen(string.IsNullOrEmpty(url), "COMPUTEHORDE_SCENARIO_URL is not set.");
        using var signer = Wallet.FromKeyFile(Environment.GetEnvironmentVariable("COMPUTEHORDE_SCENARIO_KEYFILE")!);
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var client = new ComputeHordeClient(
            http,
            signer,
            new ComputeHordeOptions
            {
                FacilitatorUrl = new Uri(url!),
                ValidatorHotkey = Environment.GetEnvironmentVariable("COMPUTEHORDE_SCENARIO_VALIDATOR"),
            }
        );
        var spec = Specs.Minimal with
        {
            ExecutorClass = ExecutorClass.AlwaysOnCpu8C16Gb,
            DockerImage = "alpine",
            Args = ["echo", "Zażółć 🚀"],
            ExecutionTimeLimitSec = 30,
        };
        await ClientScenario.RunAsync(client, spec, spec, TimeSpan.FromMinutes(15));
    }

    private static ComputeHordeClient Client(FacilitatorEmulator horde, Action<ComputeHordeOptions>? configure = null)
    {
        var options = new ComputeHordeOptions
        {
            FacilitatorUrl = horde.BaseAddress,
            ValidatorHotkey = horde.ValidatorHotkey,
            RetryDelay = TimeSpan.FromMilliseconds(1),
            MaxRetryDelay = TimeSpan.FromMilliseconds(10),
            CreateDoubt = TimeSpan.FromMilliseconds(20),
            PollInterval = TimeSpan.FromMilliseconds(20),
            MaxPollInterval = TimeSpan.FromMilliseconds(100),
        };
        configure?.Invoke(options);
        return new ComputeHordeClient(new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }), Keys.Alice, options);
    }

    private static ComputeHordeJobSpec Everything(FileServer files, string outputs)
    {
        files.Files["/file"] = "one file"u8.ToArray();
        files.Files["/a.zip"] = Convert.FromBase64String(
            InlineVolume.FromFileContents("in.txt", "zipped"u8.ToArray(), compress: true).Contents
        );
        var spec = Specs.Everything;
        return spec with
        {
            DockerImage = "registry.example/echo:latest",
            InputVolumes = new(
                spec.InputVolumes.Select(volume =>
                    KeyValuePair.Create(
                        volume.Key,
                        volume.Value switch
                        {
                            HttpVolume => new HttpVolume(files.Url("file?sig=s%20ecret")),
                            ZipUrlVolume => new ZipUrlVolume(files.Url("a.zip")),
                            var other => other,
                        }
                    )
                )
            ),
            OutputVolumes = new(
                spec.OutputVolumes.Select(volume =>
                    KeyValuePair.Create(
                        volume.Key,
                        (OutputVolume)((HttpOutputVolume)volume.Value with { Url = files.Url($"{outputs}/{volume.Key[8..^4]}?sig=secret") })
                    )
                )
            ),
        };
    }
}
