using System.Diagnostics;
using ComputeHorde.Fallback.Tests.Support;
using ComputeHorde.Sdk;

namespace ComputeHorde.Fallback.Tests.Wrapper;

/// <summary>The wrapper as what a container runs: the job once, within its limits, to whatever end.</summary>
public sealed class WrapperContainerTests
{
    [Theory]
    [MemberData(nameof(Shells.All), MemberType = typeof(Shells))]
    public async Task Job_ThatIgnoresItsLimit_IsKilledWithItsChildren(string shell)
    {
        Shells.Skip(shell);
        await using var run = await WrapperRun.CreateAsync();
        var spec = Specs.Shell("trap '' TERM; (trap '' TERM; sleep 600) & echo $! ; echo said; sleep 600; sleep 600") with
        {
            ExecutionTimeLimitSec = 1,
        };

        await run.RunAsync(shell, "curl", spec);

        Assert.Equal(("failed", "timeout", "execution"), WrapperRun.Told(await run.VerdictAsync()));
        var lines = (await run.StdoutAsync()).Split('\n');
        Assert.Equal("said", lines[1]);
        await Eventually.TrueAsync(() => !IsAlive(lines[0]), "the job's child is gone");
    }

    [Theory]
    [MemberData(nameof(Shells.All), MemberType = typeof(Shells))]
    public async Task Container_StartedASecondTime_NeverRunsTheJobAgain(string shell)
    {
        Shells.Skip(shell);
        await using var run = await WrapperRun.CreateAsync();
        var count = Path.Combine(run.Folder, "count");
        var spec = Specs.Shell($"echo x >>'{count}'");
        await run.RunAsync(shell, "curl", spec);
        await run.RunAsync(shell, "curl", spec);
        await run.RunAsync(shell, "curl", spec, machine: "another");

        Assert.Equal("x\n", await File.ReadAllTextAsync(count, TestContext.Current.CancellationToken));
        Assert.Equal("completed", (await run.VerdictAsync())!.Status);
    }

    [Fact]
    public async Task Container_StartedAgainInMidRun_SaysThatItWas()
    {
        await using var run = await WrapperRun.CreateAsync();
        var count = Path.Combine(run.Folder, "count");
        var spec = Specs.Shell($"echo x >>'{count}'; sleep 600");
        var first = await run.StartAsync("dash", "curl", spec);
        await Eventually.TrueAsync(() => File.Exists(count), "the job runs");

        // Another machine with the same job keeps quiet: the first one may be well.
        await run.RunAsync("dash", "curl", spec, machine: "another");
        Assert.Null(await run.VerdictAsync());

        first.Kill(entireProcessTree: true);
        await run.RunAsync("dash", "curl", spec);
        Assert.Equal(("horde_failed", "restarted", "claim"), WrapperRun.Told(await run.VerdictAsync()));
        Assert.Equal("x\n", await File.ReadAllTextAsync(count, TestContext.Current.CancellationToken));
    }

    [Theory]
    [MemberData(nameof(Shells.All), MemberType = typeof(Shells))]
    public async Task Machine_ThatIsToldToEnd_StillUploadsWhy(string shell)
    {
        Shells.Skip(shell);
        await using var run = await WrapperRun.CreateAsync();
        var process = await run.StartAsync(shell, "curl", Specs.Shell("echo up; sleep 600") with { ExecutionTimeLimitSec = 30 });
        await Eventually.TrueAsync(async () => (await run.StagesAsync()).Contains("volumes_ready"), "the job runs");
        using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(("horde_failed", "executor_disconnected"), ((await run.VerdictAsync())!.Status, (await run.VerdictAsync())!.Reason));
    }

    [Theory]
    [MemberData(nameof(Shells.All), MemberType = typeof(Shells))]
    public async Task Wrapper_AsTheFirstProcessOfItsContainer_RunsAndEndsAsAnywhere(string shell)
    {
        Shells.Skip(shell);
        await using var run = await WrapperRun.CreateAsync();
        using (
            var probe = Process.Start(new ProcessStartInfo("unshare", "--fork --pid --mount-proc true") { RedirectStandardError = true })!
        )
        {
            await probe.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.SkipWhen(probe.ExitCode != 0, "this machine lets nobody make a process namespace");
        }

        var process = await run.StartAsync(
            shell,
            "curl",
            Specs.Shell("(sleep 0.1 &) ; echo pid $PPID"),
            before: ["unshare", "--fork", "--pid", "--mount-proc"]
        );
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal("completed", (await run.VerdictAsync())!.Status);
        Assert.Equal("pid 1\n", await run.StdoutAsync());
    }

    /// <summary>
    /// The watch over a step that ends at once is stopped while its shell is still being forked; a signal that it lost once held a job up
    /// to its limit.
    /// </summary>
    [Theory]
    [MemberData(nameof(Shells.All), MemberType = typeof(Shells))]
    public async Task Limit_OfStepsThatEndAtOnce_NeverWaitsForItsWatch(string shell)
    {
        Shells.Skip(shell);
        var script = WrapperScript.Write(
            new WrapperJob(Specs.Shell("true"), "n") { Command = ["true"], Uploads = new Dictionary<string, Uri>() }
        );
        var functions = script[
            script.IndexOf("pause() {", StringComparison.Ordinal)..script.IndexOf("caught() {", StringComparison.Ordinal)
        ];
        var folder = Directory.CreateTempSubdirectory("limit-");
        var file = Path.Combine(folder.FullName, "limit.sh");
        await File.WriteAllTextAsync(
            file,
            $"W={folder.FullName}\ntrap : TERM\n{functions}\ni=0; while [ $i -lt 100 ]; do limit 100000 : || exit 1; i=$((i + 1)); done; limit 100000 false; echo $?",
            TestContext.Current.CancellationToken
        );
        string[] command = [.. shell.Split(' '), file];
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true })!;

        Assert.Equal("1\n", await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
        folder.Delete(recursive: true);
    }

    private static bool IsAlive(string pid) =>
        File.Exists($"/proc/{pid}/stat") && !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z", StringComparison.Ordinal);
}
