using System.Diagnostics;
using Azure.Storage.Blobs;
using Azure.Storage.Sas;
using ComputeHorde.Sdk;
using ComputeHorde.Storage.Local;

namespace ComputeHorde.Fallback.Tests.Support;

/// <summary>
/// The wrapper in a shell of this machine, with blobs of its own: one "machine" whose container may be started several times.
/// </summary>
internal sealed class WrapperRun : IAsyncDisposable
{
    private static int _number;

    private readonly LocalStorage _storage;
    private readonly JobRecord _record;
    private readonly JobBlobs _blobs;
    private readonly List<Process> _processes = [];

    private WrapperRun(LocalStorage storage)
    {
        _storage = storage;
        var container = new BlobContainerClient(storage.ConnectionString, "fallback");
        _blobs = new JobBlobs(container, TimeProvider.System);
        Results = new JobResults(_blobs);
        _record = new JobRecord($"ch-test-{Interlocked.Increment(ref _number)}", "tag", "test")
        {
            ExecutorClass = "",
            DockerImage = "",
            ArtifactsDir = "/artifacts",
            CreatedAt = TimeProvider.System.GetUtcNow(),
            Deadline = TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1),
            CostBoundUsd = 0,
            Nonce = "nonce",
        };
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("wrapper-").FullName;

    public JobResults Results { get; }

    public string Log { get; private set; } = "";

    public static async Task<WrapperRun> CreateAsync() =>
        new(await LocalStorage.StartAsync(new LocalStorageOptions(), TestContext.Current.CancellationToken));

    /// <summary>Runs a job to the end of the wrapper.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> RunAsync(
        string shell,
        string tool,
        ComputeHordeJobSpec spec,
        IReadOnlyList<PlannedInput>? inputs = null,
        string machine = "machine-1"
    )
    {
        var process = await StartAsync(shell, tool, spec, inputs, machine);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode;
    }

    public async Task<Process> StartAsync(
        string shell,
        string tool,
        ComputeHordeJobSpec spec,
        IReadOnlyList<PlannedInput>? inputs = null,
        string machine = "machine-1",
        IReadOnlyList<string>? before = null
    )
    {
        var uploads = new Dictionary<string, Uri>(StringComparer.Ordinal);
        foreach (
            var (name, blob, rights) in new[]
            {
                ("CLAIM", JobBlobs.Claim, BlobSasPermissions.Create | BlobSasPermissions.Read),
                ("RESULT", JobBlobs.Result, BlobSasPermissions.Create),
                ("STAGE", JobBlobs.Stage, BlobSasPermissions.Create | BlobSasPermissions.Write),
                ("STDOUT", JobBlobs.Stdout, BlobSasPermissions.Create | BlobSasPermissions.Write),
                ("STDERR", JobBlobs.Stderr, BlobSasPermissions.Create | BlobSasPermissions.Write),
                ("ARTIFACTS", JobBlobs.Artifacts, BlobSasPermissions.Create | BlobSasPermissions.Write),
            }
        )
        {
            uploads[name] = await _blobs.SignAsync(_record.Id, blob, rights, _record.Deadline, TestContext.Current.CancellationToken);
        }

        var script = WrapperScript.Write(
            new WrapperJob(spec, _record.Nonce)
            {
                Command = spec.Args,
                Uploads = uploads,
                Inputs = inputs ?? [],
                Heartbeat = TimeSpan.FromSeconds(1),
            }
        );
        var root = Path.Combine(Folder, "root");
        Directory.CreateDirectory(Path.Combine(root, "tmp"));
        var file = Path.Combine(root, "tmp", $"job-{Guid.NewGuid():N}.sh");
        await File.WriteAllTextAsync(file, script, TestContext.Current.CancellationToken);
        string[] command = [.. before ?? [], .. shell.Split(' '), file];
        var start = new ProcessStartInfo(command[0])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Folder,
        };
        foreach (var word in command.Skip(1))
        {
            start.ArgumentList.Add(word);
        }

        foreach (var (name, value) in spec.Env)
        {
            start.Environment[name] = value;
        }

        start.Environment["CH_ROOT"] = root;
        start.Environment["CH_TOOLS"] = tool;
        start.Environment["CH_EXIT"] = "1";
        start.Environment["CH_INSTALL"] = "0";
        start.Environment["CONTAINER_APP_JOB_EXECUTION_NAME"] = machine;
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Log += line.Data + "\n";
        process.ErrorDataReceived += (_, line) => Log += line.Data + "\n";
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _processes.Add(process);
        return process;
    }

    /// <summary>What a verdict says in short.</summary>
    public static (string? Status, string? Reason, string? Stage) Told(JobVerdict? verdict) =>
        (verdict?.Status, verdict?.Reason, verdict?.Stage);

    /// <summary>A file that the wrapper or the job left behind.</summary>
    public string Read(string path) => File.ReadAllText(Path.Combine(Folder, "root", path));

    public Task<JobVerdict?> VerdictAsync() => Results.FindVerdictAsync(_record, TestContext.Current.CancellationToken);

    public Task<string> StdoutAsync() => Results.ReadTextAsync(_record, JobBlobs.Stdout, TestContext.Current.CancellationToken);

    public Task<string> StderrAsync() => Results.ReadTextAsync(_record, JobBlobs.Stderr, TestContext.Current.CancellationToken);

    public Task<IReadOnlyDictionary<string, byte[]>> ArtifactsAsync() =>
        Results.ReadArtifactsAsync(_record, TestContext.Current.CancellationToken);

    public async Task<IReadOnlyList<string>> StagesAsync() =>
        [
            .. (await Results.FindStagesAsync(_record, TestContext.Current.CancellationToken))?.Stages.Select(static stage => stage.Stage)
                ?? [],
        ];

    /// <summary>Stages an archive, as for an inline volume.</summary>
    public async Task<PlannedInput> StageAsync(string path, ComputeHordeJobSpec spec) =>
        (
            await new InputStaging(_blobs, new HttpClient(), new FallbackOptions(), TimeProvider.System).StageAsync(
                _record.Id,
                spec,
                _record.Deadline,
                TestContext.Current.CancellationToken
            )
        ).Single(input => input.Path == path);

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }

            process.Dispose();
        }

        await _storage.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
