using System.Diagnostics;
using System.Text;
using ComputeHorde.Fallback.Tests.Support;
using ComputeHorde.Sdk;

namespace ComputeHorde.Fallback.Tests.Wrapper;

/// <summary>The wrapper on every shell and tool that images have: it must run the job, and say what became of it.</summary>
public sealed class WrapperTests
{
    public static TheoryData<string, string> ShellsAndTools =>
        [.. Shells.Names.SelectMany(static shell => new[] { (shell, "curl"), (shell, "wget"), (shell, "python3") })];

    [Theory]
    [MemberData(nameof(ShellsAndTools))]
    public async Task Job_OddTextsEverywhere_ArriveAsTheyAre(string shell, string tool)
    {
        Shells.Skip(shell);
        const string Odd = "it's \"odd\" $HOME `id` \\n * ; & | <é>\nsecond line";
        await using var server = await UploadServer.StartAsync();
        await using var run = await WrapperRun.CreateAsync();
        server.Files["/in"] = "fetched";
        var spec = Specs.Shell("") with
        {
            ArtifactsDir = "/artifacts",
            Args =
            [
                "/bin/sh",
                "-c",
                "printf '%s' \"$1\"; cat \"$CH_VOLUME/one file.txt\" \"$CH_VOLUME/zip/a b/v.txt\"; printf '%s' \"$ODD\" >&2; printf 'made' >\"$CH_OUTPUT/o 1's.bin\"; printf art >\"$CH_ARTIFACTS/-n x.txt\"; id -u >/dev/null",
                "sh",
                Odd,
            ],
            Env = new OrderedDictionary<string, string> { ["ODD"] = Odd },
            InputVolumes = new OrderedDictionary<string, InputVolume>
            {
                ["/volume/zip"] = InlineVolume.FromFileContents("a b/v.txt", "unpacked"u8.ToArray()),
            },
            OutputVolumes = new OrderedDictionary<string, OutputVolume>
            {
                ["/output/o 1's.bin"] = new HttpOutputVolume("PUT", server.Url("put?sig=a%2Bb&x=%22"))
                {
                    SignedHeaders = new OrderedDictionary<string, string> { ["X-Odd"] = "a \"b\" \\ 'c'" },
                },
                ["/output/stdout.txt"] = new HttpOutputVolume("POST", server.Url("post"))
                {
                    FormFields = new OrderedDictionary<string, string> { ["key"] = Odd, ["policy"] = "@file <x" },
                    SignedHeaders = new OrderedDictionary<string, string> { ["X-More"] = "y" },
                },
            },
        };

        var exit = await run.RunAsync(
            shell,
            tool,
            spec,
            [await run.StageAsync("zip", spec), new PlannedInput(server.Url("in"), "one file.txt", IsArchive: false)]
        );

        var verdict = await run.VerdictAsync();
        Assert.True(
            exit == 0 && verdict is { Status: "completed", Reason: "ok" },
            $"{exit} {verdict} {run.Log} {run.Read("tmp/.ch/errors")}"
        );
        Assert.Equal(Odd + "fetchedunpacked", await run.StdoutAsync());
        Assert.Equal(Odd, await run.StderrAsync());
        Assert.Equal(["executor_ready", "volumes_ready", "execution_done"], verdict.Stages.Select(static stage => stage.Stage));
        Assert.Equal("art", Encoding.UTF8.GetString((await run.ArtifactsAsync())["/artifacts/-n x.txt"]));
        var put = server.Uploads["/put"];
        Assert.Equal(("PUT", "made", "a \"b\" \\ 'c'"), (put.Method, put.Content, put.Headers["X-Odd"]));
        var post = server.Uploads["/post"];
        Assert.Equal(
            ("POST", Odd + "fetchedunpacked", "file", "stdout.txt", "y"),
            (post.Method, post.Content, post.FileField, post.FileName, post.Headers["X-More"])
        );
        Assert.Equal((Odd, "@file <x"), (post.Fields["key"], post.Fields["policy"]));
    }

    [Theory]
    [MemberData(nameof(Shells.All), MemberType = typeof(Shells))]
    public async Task Job_ThatEndsBadly_SaysHow(string shell)
    {
        Shells.Skip(shell);
        await using var failed = await WrapperRun.CreateAsync();
        var exit = await failed.RunAsync(shell, "curl", Specs.Shell("echo before; echo why >&2; exit 3"));
        Assert.Equal(
            (3, "failed", "nonzero_return_code", 3, "before\n", "why\n"),
            (
                exit,
                (await failed.VerdictAsync())!.Status,
                (await failed.VerdictAsync())!.Reason,
                (await failed.VerdictAsync())!.ExitCode,
                await failed.StdoutAsync(),
                await failed.StderrAsync()
            )
        );

        await using var missing = await WrapperRun.CreateAsync();
        await missing.RunAsync(shell, "curl", Specs.Shell("") with { Args = ["/no/such/program"] });
        Assert.Equal(
            ("nonzero_return_code", true),
            ((await missing.VerdictAsync())!.Reason, (await missing.VerdictAsync())!.ExitCode is 126 or 127 or 1)
        );

        await using var noInput = await WrapperRun.CreateAsync();
        await using var server = await UploadServer.StartAsync();
        await noInput.RunAsync(shell, "curl", Specs.Shell("echo never"), [new PlannedInput(server.Url("missing"), "x", IsArchive: false)]);
        Assert.Equal(("failed", "download_failed", "volume_download"), WrapperRun.Told(await noInput.VerdictAsync()));

        await using var noOutput = await WrapperRun.CreateAsync();
        await noOutput.RunAsync(
            shell,
            "curl",
            Specs.Shell("true") with
            {
                OutputVolumes = new OrderedDictionary<string, OutputVolume>
                {
                    ["/output/x"] = new HttpOutputVolume("PUT", server.Url("x")),
                },
            }
        );
        Assert.Equal(("failed", "upload_failed", "result_upload"), WrapperRun.Told(await noOutput.VerdictAsync()));
    }

    [Fact]
    public async Task Job_WhileItRuns_ShowsThatItIsAlive_AndNoSecretInAnyProcessList()
    {
        await using var run = await WrapperRun.CreateAsync();
        await using var server = await UploadServer.StartAsync();
        var secret = "hf_secret_" + Guid.NewGuid().ToString("N");
        server.Files["/in"] = new string('x', 1000);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var seenFile = Path.Combine(run.Folder, "seen");
        var process = await run.StartAsync(
            "dash",
            "curl",
            Specs.Shell($"env; while ! test -e '{seenFile}'; do sleep 3; done"),
            [
                new PlannedInput(server.Url("in?sig=" + secret), "x", IsArchive: false)
                {
                    Headers = [KeyValuePair.Create("Authorization", "Bearer " + secret)],
                },
            ]
        );
        while (!process.HasExited)
        {
            foreach (var folder in Directory.EnumerateDirectories("/proc").Where(static folder => char.IsAsciiDigit(folder[^1])))
            {
                try
                {
                    seen.Add(await File.ReadAllTextAsync(folder + "/cmdline", TestContext.Current.CancellationToken));
                }
                catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
                {
                    // Gone since.
                }
            }

            if (seen.Any(static line => line.StartsWith("sleep\03", StringComparison.Ordinal)))
            {
                await File.WriteAllTextAsync(seenFile, "", TestContext.Current.CancellationToken);
            }
        }

        Assert.Equal("completed", (await run.VerdictAsync())!.Status);
        Assert.DoesNotContain(
            seen,
            line => line.Contains(secret, StringComparison.Ordinal) || line.Contains("sig=", StringComparison.Ordinal)
        );
        Assert.DoesNotContain("sig=", await run.StdoutAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("sig=", run.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Output_OfManyMegabytes_IsUploadedWhole_AndShownWithoutItsMiddle()
    {
        await using var run = await WrapperRun.CreateAsync();
        await run.RunAsync("dash", "curl", Specs.Shell("echo first; yes 0123456789abcdef | head -c 9000000; echo last; echo small >&2"));

        var stdout = await run.StdoutAsync();
        Assert.Equal(1_000_000 + " ... ".Length, stdout.Length);
        Assert.StartsWith("first\n", stdout, StringComparison.Ordinal);
        Assert.EndsWith("last\n", stdout, StringComparison.Ordinal);
        Assert.Equal(9_000_000 + "first\nlast\n".Length, new FileInfo(Path.Combine(run.Folder, "root/output/stdout.txt")).Length);
    }

    [Fact]
    public async Task Image_WithoutAnyTool_SaysSoInItsLog()
    {
        await using var run = await WrapperRun.CreateAsync();
        await run.RunAsync("dash", "no-such-tool", Specs.Shell("echo never"));

        Assert.Null(await run.VerdictAsync());
        Assert.Contains("##CH nonce result {\"class\":\"horde_failed\",\"reason\":\"no_transfer_tool\"", run.Log, StringComparison.Ordinal);
    }
}
