using System.Security.Cryptography;
using ComputeHorde.Emulator.Executor;
using ComputeHorde.Emulator.Python;
using ComputeHorde.Emulator.Storage;
using ComputeHorde.Emulator.Wire;

namespace ComputeHorde.Emulator.Horde;

/// <summary>
/// One job's way from <c>sent</c> to its end (protocol 9.1). Every step looks into the history first, so a job that was
/// stopped continues where it stood.
/// </summary>
internal sealed partial class JobRun(HordeContext horde, JobRecord job, CancellationToken stop) : IAsyncDisposable
{
    private const int MaxArtifactBytes = 1_000_000;
    private readonly StageDurations _durations = horde.Options.StageDurations;
    private readonly TimeBudget _budget = new();
    private Behaviour _behaviour = Behaviour.Parse(job.Behaviour);
    private EmulatedMiner? _miner;
    private StreamingServer? _streaming;

    private JobRequest Request => job.Request;

    /// <summary>Runs the job to its end, or to where its behaviour leaves it.</summary>
    public async Task LiveAsync()
    {
        if (job.HasEnded && _behaviour.LateSeconds is null)
        {
            return;
        }

        try
        {
            if (await ArriveAsync() && await RouteAsync() && await PrepareAsync())
            {
                await ExecuteAsync();
            }
        }
        catch (ExecutorException e)
        {
            await EndAsync(e.End);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_miner is not null)
        {
            horde.Miners.Release(_miner, Request);
        }

        if (_streaming is not null)
        {
            await _streaming.DisposeAsync();
        }
    }

    private async Task<bool> ArriveAsync()
    {
        if (!await GoOnFromAsync(JobStatuses.Sent))
        {
            return false;
        }

        if (!job.Has(JobStatuses.Received))
        {
            await PauseAsync(JobStatuses.Received, _durations.Received);
            if (await CpuGate.RunAsync(() => ValidatorCheck.Refusal(job, horde.Options.ValidatorWhitelist), stop) is string message)
            {
                await EndAsync(JobEnd.Rejected("validator", "invalid_signature", message));
                return false;
            }
        }

        return await ReachAsync(JobStatuses.Received, TimeSpan.Zero);
    }

    private async Task<bool> RouteAsync()
    {
        if (job.Miner is string before)
        {
            _miner = horde.Miners.Resume(before, Request);
        }

        if (_miner is null)
        {
            (_miner, JobEnd? end) =
                horde.Faults.IsFull && !Request.OnTrustedMiner
                    ? (null, ScriptedEnd.NoMiner("AllMinersBusy"))
                    : horde.Miners.Reserve(Request);
            if (end is not null)
            {
                await EndAsync(end);
                return false;
            }

            job.Miner = _miner!.Name;
            await horde.Log.SetMinerAsync(job);
        }

        _behaviour = MinerHabits.Apply(_behaviour, _miner, job);
        if (!await GoOnFromAsync(JobStatuses.Received))
        {
            return false;
        }

        if (_miner.Kind == MinerKind.Busy)
        {
            await PauseAsync(JobStatuses.Accepted, _durations.Accepted);
            await EndAsync(ScriptedEnd.Parse(["rejected", "busy"])!.End);
            return false;
        }

        return await InTimeAsync(JobStatuses.Accepted, _durations.Accepted, 7, "initial_response_timed_out");
    }

    private async Task<bool> PrepareAsync()
    {
        if (_behaviour.ExtraStatus is string extra)
        {
            await horde.ReportAsync(job, extra, []);
        }

        int limit = ExecutorClasses.SpinUp(Request.ExecutorClass) + 10;
        TimeSpan start =
            _durations.ExecutorReady
            + (Request.ExecutorClass.StartsWith("spin_up", StringComparison.Ordinal) ? _durations.SpinUp : TimeSpan.Zero);
        return await InTimeAsync(JobStatuses.ExecutorReady, start, limit, "executor_readiness_response_timed_out");
    }

    private async Task ExecuteAsync()
    {
        _budget.Grant(Request.DownloadTimeLimit);
        IReadOnlyList<InputFile> inputs = await WithinBudgetAsync("volume_download", ct => horde.Volumes.FetchAsync(Request.Volumes, ct));
        if (
            !await SpendAsync(JobStatuses.VolumesReady, _durations.Volumes, "volume_download")
            || !await ReachAsync(JobStatuses.VolumesReady, TimeSpan.Zero)
        )
        {
            return;
        }

        if (_behaviour.LateSeconds is double late && !job.Has(JobStatuses.ExecutionDone))
        {
            await EndAsync(JobEnd.Unhandled("TimeoutError", "execution"));
            await horde.Scheduler.Delay(TimeSpan.FromSeconds(late));
        }

        if (Request.StreamingClientCert.Length > 0 && !await StreamAsync())
        {
            return;
        }

        var task = new ImageTask(
            BehaviourBook.ImageName(Request.DockerImage),
            [.. Request.Args.Cast<string>()],
            ImageEnvironment(),
            inputs,
            _behaviour.Cheats,
            _miner!.Seed
        );
        ImageResult result = await CpuGate.RunAsync(() => PretendImages.Run(task), stop);
        _budget.Grant(Request.ExecutionTimeLimit);
        if (!await SpendAsync(JobStatuses.ExecutionDone, result.Duration ?? UsualDuration(), "execution"))
        {
            return;
        }

        if (result.ExitCode != 0)
        {
            await EndAsync(ScriptedEnd.NonzeroReturnCode(result.ExitCode, result.Stdout, result.Stderr));
            return;
        }

        if (!_behaviour.OutOfOrder && !await ReachAsync(JobStatuses.ExecutionDone, TimeSpan.Zero))
        {
            return;
        }

        await CompleteAsync(task, result);
    }

    private async Task<bool> StreamAsync()
    {
        _budget.Grant(Request.StreamingStartTimeLimit);
        if (!await SpendAsync(JobStatuses.StreamingReady, _durations.Streaming, "streaming_startup"))
        {
            return false;
        }

        if (job.Has(JobStatuses.StreamingReady))
        {
            // The connection details that the client has lead to a server that is gone.
            await EndAsync(ScriptedEnd.Parse(["horde_failed", "executor_disconnected"])!.End);
            return false;
        }

        try
        {
            _streaming = await StreamingServer.StartAsync(Request.StreamingClientCert, horde.Options.TimeProvider, stop);
        }
        catch (CryptographicException e)
        {
            throw new ExecutorException(ScriptedEnd.Parse(["horde_failed", "generic_error", "nginx"])!.End, e);
        }

        return await ReachAsync(
            JobStatuses.StreamingReady,
            TimeSpan.Zero,
            new PyDict
            {
                ["streaming_details"] = new PyDict
                {
                    ["streaming_server_cert"] = _streaming.CertificatePem,
                    ["streaming_server_address"] = StreamingServer.Address,
                    ["streaming_server_port"] = _streaming.Port,
                },
            }
        );
    }

    private async Task CompleteAsync(ImageTask task, ImageResult result)
    {
        _budget.Grant(Request.UploadTimeLimit);
        PyDict uploads = await WithinBudgetAsync(
            "result_upload",
            ct => horde.Uploads.UploadAsync(Request.Uploads, path => PretendImages.Output(task, result, path), ct)
        );
        if (!await SpendAsync(JobStatuses.Completed, _durations.Upload, "result_upload"))
        {
            return;
        }

        var artifacts = new PyDict();
        if (Request.ArtifactsDir.Length > 0)
        {
            foreach ((string name, byte[] content) in result.Files.Where(f => f.Value.Length < MaxArtifactBytes))
            {
                artifacts[$"{Request.ArtifactsDir}/{name}"] = Convert.ToBase64String(content);
            }
        }

        var response = new PyDict
        {
            ["miner_response"] = new PyDict
            {
                ["docker_process_stdout"] = result.CutStdout(horde.Options.MaxOutputCharacters),
                ["docker_process_stderr"] = Cut(result.Stderr),
                ["artifacts"] = artifacts,
                ["upload_results"] = uploads,
            },
        };
        await ReachAsync(JobStatuses.Completed, TimeSpan.Zero, response);
        if (_behaviour.Duplicate)
        {
            await horde.ReportAsync(job, JobStatuses.Completed, response);
        }

        if (_behaviour.OutOfOrder)
        {
            await horde.ReportAsync(job, JobStatuses.ExecutionDone, []);
        }
    }

    /// <summary>How long an image runs that sets no time. A server serves for a while, but not into its limit.</summary>
    private TimeSpan UsualDuration()
    {
        TimeSpan serving = TimeSpan.FromSeconds(Math.Min(_durations.Serving.TotalSeconds, (double)Request.ExecutionTimeLimit * 0.8));
        return Request.StreamingClientCert.Length > 0 && serving > _durations.Execution ? serving : _durations.Execution;
    }

    /// <summary>The job's environment without the script, which must not show in results.</summary>
    private PyDict ImageEnvironment()
    {
        var result = new PyDict();
        foreach ((string key, object? value) in Request.Env.Where(p => p.Key != BehaviourBook.Variable))
        {
            result[key] = value;
        }

        return result;
    }

    private string Cut(string output)
    {
        var half = horde.Options.MaxOutputCharacters / 2;
        return output.Length <= horde.Options.MaxOutputCharacters
            ? output
            : $"{output.AsSpan(0, half)} ... {output.AsSpan(output.Length - half)}";
    }
}
