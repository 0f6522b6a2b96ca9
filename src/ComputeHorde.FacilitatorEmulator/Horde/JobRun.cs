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
internal sealed class JobRun(HordeContext horde, JobRecord job, CancellationToken stop) : IAsyncDisposable
{
    private const int MaxOutputCharacters = 1_000_000;
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

    /// <inheritdoc/>
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
            (_miner, JobEnd? end) = horde.Miners.Reserve(Request);
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
        TimeSpan start = _durations.ExecutorReady + (Request.ExecutorClass.StartsWith("spin_up", StringComparison.Ordinal) ? _durations.SpinUp : TimeSpan.Zero);
        return await InTimeAsync(JobStatuses.ExecutorReady, start, limit, "executor_readiness_response_timed_out");
    }

    private async Task ExecuteAsync()
    {
        _budget.Grant(Request.DownloadTimeLimit);
        IReadOnlyList<InputFile> inputs = await WithinBudgetAsync("volume_download", ct => horde.Volumes.FetchAsync(Request.Volumes, ct));
        if (!await SpendAsync(JobStatuses.VolumesReady, _durations.Volumes, "volume_download") || !await ReachAsync(JobStatuses.VolumesReady, TimeSpan.Zero))
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
            BehaviourBook.ImageName(Request.DockerImage), [.. Request.Args.Cast<string>()], ImageEnvironment(), inputs, _behaviour.Cheats, _miner!.Seed);
        ImageResult result = await CpuGate.RunAsync(() => PretendImages.Run(task), stop);
        _budget.Grant(Request.ExecutionTimeLimit);
        if (!await SpendAsync(JobStatuses.ExecutionDone, result.Duration ?? _durations.Execution, "execution"))
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

        return await ReachAsync(JobStatuses.StreamingReady, TimeSpan.Zero, new PyDict
        {
            ["streaming_details"] = new PyDict
            {
                ["streaming_server_cert"] = _streaming.CertificatePem,
                ["streaming_server_address"] = StreamingServer.Address,
                ["streaming_server_port"] = _streaming.Port,
            },
        });
    }

    private async Task CompleteAsync(ImageTask task, ImageResult result)
    {
        _budget.Grant(Request.UploadTimeLimit);
        PyDict uploads = await WithinBudgetAsync(
            "result_upload", ct => horde.Uploads.UploadAsync(Request.Uploads, path => PretendImages.Output(task, result, path), ct));
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
                ["docker_process_stdout"] = Cut(result.Stdout),
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

    /// <summary>Waits out a step that the validator limits; over the limit, the job fails at it.</summary>
    private async Task<bool> InTimeAsync(string status, TimeSpan usual, int limitSeconds, string reason)
    {
        if (!job.Has(status) && Stretched(status, usual) > TimeSpan.FromSeconds(limitSeconds))
        {
            await horde.Scheduler.Delay(TimeSpan.FromSeconds(limitSeconds));
            await EndAsync(ScriptedEnd.Parse(["failed", reason])!.End);
            return false;
        }

        return await ReachAsync(status, usual);
    }

    /// <summary>Waits out a step that counts against the job's own limits.</summary>
    private async Task<bool> SpendAsync(string status, TimeSpan usual, string stage)
    {
        if (job.Has(status))
        {
            return true;
        }

        TimeSpan time = Stretched(status, usual);
        TimeSpan left = _budget.Left;
        _budget.Use(time);
        await horde.Scheduler.Delay(_budget.Exceeded ? left : time);
        if (_budget.Exceeded)
        {
            await EndAsync(ScriptedEnd.Timeout(stage)!.End);
        }

        return !_budget.Exceeded;
    }

    /// <summary>Does real work whose real time counts against the job's limits.</summary>
    private async Task<T> WithinBudgetAsync<T>(string stage, Func<CancellationToken, Task<T>> work)
    {
        TimeProvider time = horde.Options.TimeProvider;
        long start = time.GetTimestamp();
        using var limit = new CancellationTokenSource(_budget.Left, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            return await work(either.Token);
        }
        catch (OperationCanceledException e) when (limit.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            throw new ExecutorException(ScriptedEnd.Timeout(stage)!.End, e);
        }
        finally
        {
            _budget.Use(time.GetElapsedTime(start));
        }
    }

    /// <summary>Reports a status after its usual time, unless the job has it; false when the job goes no further.</summary>
    private async Task<bool> ReachAsync(string status, TimeSpan usual, PyDict? metadata = null)
    {
        if (!job.Has(status))
        {
            await PauseAsync(status, usual);
            await horde.ReportAsync(job, status, metadata ?? []);
        }

        return await GoOnFromAsync(status);
    }

    /// <summary>What the behaviour has in store at a status; false when the job goes no further.</summary>
    private async Task<bool> GoOnFromAsync(string status)
    {
        if (_behaviour.EvictAt == status)
        {
            horde.Store.Remove(job.Uuid);
            await horde.Log.RemoveAsync(job.Uuid);
        }

        if (_behaviour.StuckAt == status)
        {
            return false;
        }

        if (_behaviour.End is { } scripted && scripted.After == status)
        {
            await PauseAsync("", _durations.Accepted);
            await EndAsync(scripted.End);
            return false;
        }

        return true;
    }

    private Task EndAsync(JobEnd end) => horde.ReportAsync(job, end.Status, end.Metadata);

    private Task PauseAsync(string status, TimeSpan usual) => usual <= TimeSpan.Zero ? Task.CompletedTask : horde.Scheduler.Delay(Stretched(status, usual));

    private TimeSpan Stretched(string status, TimeSpan usual) => (usual * _behaviour.SlowFactor) + TimeSpan.FromSeconds(_behaviour.ExtraSeconds(status));

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

    private static string Cut(string output) => output.Length <= MaxOutputCharacters
        ? output
        : $"{output.AsSpan(0, MaxOutputCharacters / 2)} ... {output.AsSpan(output.Length - (MaxOutputCharacters / 2))}";
}
