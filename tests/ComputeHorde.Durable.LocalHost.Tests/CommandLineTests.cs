using System.Net;
using System.Net.Sockets;
using ComputeHorde.Durable.LocalHost.Commands;

namespace ComputeHorde.Durable.LocalHost.Tests;

/// <summary>What a newcomer meets first: help, and errors that say in one line what to do.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("--help", "serve")]
    [InlineData("demo --help", "--plain")]
    [InlineData("serve --help", "--facilitator-url")]
    [InlineData("emulator --help", "--speed")]
    [InlineData("func --help", "--no-start")]
    [InlineData("doctor --help", "Exit code 1")]
    public async Task Help_AnyCommand_ListsItsOptions(string arguments, string expected)
    {
        await using var host = HostProcess.Start(arguments.Split(' '));
        Assert.Equal(0, await host.WaitForExitAsync());
        Assert.Contains(host.Output, line => line.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public async Task CommandLine_UnknownOption_NamesItAndExitsWith2()
    {
        await using var host = HostProcess.Start(["serve", "--prot", "1"]);
        Assert.Equal(2, await host.WaitForExitAsync());
        Assert.Contains(
            host.Errors,
            static line => line.StartsWith("error: ", StringComparison.Ordinal) && line.Contains("--prot", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Serve_PortTaken_SaysSoInOneLine()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        using var folder = new TemporaryFolder();
        await using var host = HostProcess.Start(["serve", "--port", $"{port}", "--data", folder.Path]);
        Assert.Equal(1, await host.WaitForExitAsync());
        AssertOneError(host, $"{port}");
    }

    [Fact]
    public async Task Emulator_PortTaken_SaysSoInOneLine()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await using var host = HostProcess.Start(["emulator", "--port", $"{port}"]);
        Assert.Equal(1, await host.WaitForExitAsync());
        AssertOneError(host, $"{port}");
    }

    [Fact]
    public async Task Serve_AzuriteWithoutNode_SaysSoInOneLine()
    {
        using var folder = new TemporaryFolder();
        using var tools = new TemporaryFolder();
        File.CreateSymbolicLink(Path.Combine(tools.Path, "dotnet"), Which("dotnet"));
        await using var host = HostProcess.Start(
            ["serve", "--port", "0", "--data", folder.Path, "--storage", "azurite"],
            new Dictionary<string, string?> { ["PATH"] = tools.Path, ["DOTNET_ROOT"] = Path.GetDirectoryName(Real(Which("dotnet"))) }
        );
        Assert.Equal(1, await host.WaitForExitAsync());
        AssertOneError(host, "Node");
    }

    [Fact]
    public async Task Serve_FolderNotWritable_SaysSoInOneLine()
    {
        await using var host = HostProcess.Start(["serve", "--port", "0", "--data", "/proc/computehorde"]);
        Assert.Equal(1, await host.WaitForExitAsync());
        AssertOneError(host, "/proc/computehorde");
    }

    [Fact]
    public async Task Serve_DatabaseThatCannotBeOpened_NamesItInOneLine()
    {
        using var folder = new TemporaryFolder();
        var database = Directory.CreateDirectory(Path.Combine(folder.Path, "storage", "storage.db")).FullName;
        await using var host = HostProcess.Start(["serve", "--port", "0", "--data", folder.Path]);
        Assert.Equal(1, await host.WaitForExitAsync());
        AssertOneError(host, database);
    }

    [Theory]
    [InlineData("host.json", "{ \"version\": \"2.0\", ")]
    [InlineData("local.settings.json", "{ \"Values\": [")]
    public async Task Serve_SettingsFileBroken_NamesItInOneLine(string name, string content)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(
            Path.Combine(folder.Path, "host.json"),
            "{ \"version\": \"2.0\" }",
            TestContext.Current.CancellationToken
        );
        await File.WriteAllTextAsync(Path.Combine(folder.Path, name), content, TestContext.Current.CancellationToken);
        await using var host = HostProcess.Start(["serve", "--port", "0", "--data", folder.Path], workingDirectory: folder.Path);
        Assert.Equal(1, await host.WaitForExitAsync());
        AssertOneError(host, name);
    }

    [Fact]
    public async Task Serve_SettingsOutOfRange_ListsEveryFault()
    {
        using var folder = new TemporaryFolder();
        await using var host = HostProcess.Start(
            ["serve", "--port", "0", "--data", folder.Path],
            new Dictionary<string, string?>
            {
                ["ComputeHorde__MaxPollIntervalSeconds"] = "-1",
                ["ComputeHorde__OutputUrlMarginSeconds"] = "1",
                ["ComputeHorde__CreateFenceSeconds"] = "-1",
            }
        );
        Assert.Equal(1, await host.WaitForExitAsync());
        AssertErrors(host, "MaxPollIntervalSeconds", "OutputUrlMarginSeconds", "CreateFenceSeconds");
    }

    [Fact]
    public async Task Serve_SettingsOfTheWrongType_HaveALineEach()
    {
        using var folder = new TemporaryFolder();
        await using var host = HostProcess.Start(
            ["serve", "--port", "0", "--data", folder.Path],
            new Dictionary<string, string?>
            {
                ["ComputeHorde__SubnetId"] = "twelve",
                ["COMPUTEHORDE__MAXRETRIES"] = "-1",
                ["ComputeHorde__SuspectRate"] = "2",
                ["ComputeHorde__Limits__team__MaxInFlite"] = "3",
                ["ComputeHorde__Limits__team__MaxInFlight"] = "three",
                ["AzureWebJobsStorage"] = "BlobEndpoint=http://127.0.0.1:9/a;QueueEndpoint=http://127.0.0.1:9/a",
            }
        );
        Assert.Equal(1, await host.WaitForExitAsync());
        AssertErrors(
            host,
            "SubnetId",
            "MaxRetries",
            "SuspectRate",
            "Limits__team__MaxInFlite",
            "Limits__team__MaxInFlight (",
            "AzureWebJobsStorage holds"
        );
    }

    [Theory]
    [InlineData("COMPUTEHORDE__FACILITATORURL")]
    [InlineData("ComputeHorde:FacilitatorUrl")]
    public async Task Serve_FacilitatorSetInAnyForm_IsNotTheEmulator(string name)
    {
        using var folder = new TemporaryFolder();
        await using var host = HostProcess.Start(
            ["serve", "--port", "0", "--data", folder.Path, "--wallet-path", folder.Path],
            new Dictionary<string, string?> { [name] = "http://127.0.0.1:9/" }
        );
        Assert.Equal(1, await host.WaitForExitAsync());
        AssertOneError(host, Path.Combine(folder.Path, "default", "hotkeys", "default"));
    }

    [Fact]
    public async Task Serve_StorageThatCannotSign_IsRefusedAtStart()
    {
        using var folder = new TemporaryFolder();
        await using var host = HostProcess.Start(
            ["serve", "--port", "0", "--data", folder.Path],
            new Dictionary<string, string?>
            {
                ["AzureWebJobsStorage"] =
                    "BlobEndpoint=http://127.0.0.1:9/a;QueueEndpoint=http://127.0.0.1:9/a;SharedAccessSignature=sv=2026-01-01&sig=c2VjcmV0",
            }
        );
        Assert.Equal(1, await host.WaitForExitAsync());
        AssertOneError(host, "shared access signature");
        Assert.DoesNotContain(host.Errors, static line => line.Contains("c2VjcmV0", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Serve_WithAnotherRoutePrefix_SaysWhereItIsAndIsFound()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(
            Path.Combine(folder.Path, "host.json"),
            """{ "version": "2.0", "extensions": { "http": { "routePrefix": "gpu-jobs/v1" } } }""",
            TestContext.Current.CancellationToken
        );
        await using var host = HostProcess.Start(["serve", "--port", "0", "--follow-stdin"], workingDirectory: folder.Path);
        await host.ReadyAsync();
        var (jobs, page) = (AddressOf("Functions "), AddressOf("Runs page "));
        using var http = new HttpClient();
        using var answer = await http.GetAsync(jobs, TestContext.Current.CancellationToken);
        await using var list = HostProcess.Start(["runs", "list", "--url", $"{new Uri(jobs, "/")}"], workingDirectory: folder.Path);

        Assert.Equal(("/gpu-jobs/v1/jobs", "/gpu-jobs/v1/page"), (jobs.AbsolutePath, page.AbsolutePath));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(0, await list.WaitForExitAsync());

        Uri AddressOf(string what) =>
            new(
                host.Output.First(line => line.StartsWith(what, StringComparison.Ordinal))[what.Length..]
                    .Split(' ', StringSplitOptions.RemoveEmptyEntries)[0]
            );
    }

    [Fact]
    public async Task Serve_WithRequireKey_AnswersOnlyItsHolders()
    {
        using var folder = new TemporaryFolder();
        await using var host = HostProcess.Start(["serve", "--port", "0", "--data", folder.Path, "--require-key", "--follow-stdin"]);
        await host.ReadyAsync();
        var key = await File.ReadAllTextAsync(Path.Combine(folder.Path, "functions.key"), TestContext.Current.CancellationToken);
        using var http = new HttpClient();
        var jobs = host.Output.First(static line => line.StartsWith("Functions ", StringComparison.Ordinal)).Split(' ')[^1];

        using var stranger = await http.GetAsync(new Uri(jobs), TestContext.Current.CancellationToken);
        using var holder = await http.GetAsync(new Uri($"{jobs}?code={key}"), TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK), (stranger.StatusCode, holder.StatusCode));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder.Path));
        }
    }

    [Theory]
    [InlineData("Max open files            512                  512                  files     ", true)]
    [InlineData("Max open files            1048576              1048576              files     ", false)]
    [InlineData("Max open files            unlimited            unlimited            files     ", false)]
    public void OpenFileLimit_TooLow_IsSaid(string line, bool expected) =>
        Assert.Equal(expected, OpenFileLimit.Warning(["Limit  Soft Limit  Hard Limit  Units", line]) is not null);

    [Fact]
    public void OpenFileLimit_TooLowToStart_IsRefused() =>
        Assert.Contains(
            "ulimit -n",
            Assert
                .Throws<UserException>(() => OpenFileLimit.Warning(["Max open files            256                  256     files     "]))
                .Message,
            StringComparison.Ordinal
        );

    [Fact]
    public async Task Serve_WalletMissing_NamesTheFile()
    {
        using var folder = new TemporaryFolder();
        await using var host = HostProcess.Start([
            "serve",
            "--port",
            "0",
            "--data",
            folder.Path,
            "--facilitator-url",
            "http://127.0.0.1:9/",
            "--validator-hotkey",
            "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty",
            "--wallet-path",
            folder.Path,
        ]);
        Assert.Equal(1, await host.WaitForExitAsync());
        AssertOneError(host, Path.Combine(folder.Path, "default", "hotkeys", "default"));
    }

    private static void AssertOneError(HostProcess host, string names)
    {
        var errors = host.Errors.ToArray();
        Assert.Contains(
            names,
            Assert.Single(errors, static line => line.StartsWith("error: ", StringComparison.Ordinal)),
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(
            errors,
            static line => line.Contains("   at ", StringComparison.Ordinal) || line.Contains(" fail: ", StringComparison.Ordinal)
        );
    }

    private static void AssertErrors(HostProcess host, params string[] names)
    {
        var errors = host.Errors.Where(static line => line.StartsWith("error: ", StringComparison.Ordinal)).ToArray();
        Assert.Equal(names.Length, errors.Length);
        Assert.All(names, name => Assert.Contains(errors, line => line.Contains(name, StringComparison.OrdinalIgnoreCase)));
        Assert.DoesNotContain(host.Errors, static line => line.Contains("   at ", StringComparison.Ordinal));
    }

    private static string Which(string program) =>
        Environment
            .GetEnvironmentVariable("PATH")!
            .Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, program))
            .First(File.Exists);

    private static string Real(string path) => File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
}
