using System.Net;
using System.Net.Sockets;

namespace ComputeHorde.Durable.LocalHost.Tests;

/// <summary>What a newcomer meets first: help, and errors that say in one line what to do.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("--help", "serve")]
    [InlineData("demo --help", "--plain")]
    [InlineData("serve --help", "--facilitator-url")]
    [InlineData("emulator --help", "--speed")]
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
        Assert.Contains(host.Errors, static line => line.StartsWith("error: ", StringComparison.Ordinal) && line.Contains("--prot", StringComparison.Ordinal));
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
    public async Task Serve_NodeMissing_SaysSoInOneLine()
    {
        using var folder = new TemporaryFolder();
        using var tools = new TemporaryFolder();
        File.CreateSymbolicLink(Path.Combine(tools.Path, "dotnet"), Which("dotnet"));
        await using var host = HostProcess.Start(["serve", "--port", "0", "--data", folder.Path], new Dictionary<string, string?> { ["PATH"] = tools.Path, ["DOTNET_ROOT"] = Path.GetDirectoryName(Real(Which("dotnet"))) });
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

    [Theory]
    [InlineData("host.json", "{ \"version\": \"2.0\", ")]
    [InlineData("local.settings.json", "{ \"Values\": [")]
    public async Task Serve_SettingsFileBroken_NamesItInOneLine(string name, string content)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "host.json"), "{ \"version\": \"2.0\" }", TestContext.Current.CancellationToken);
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
            new Dictionary<string, string?> { ["ComputeHorde__MaxPollIntervalSeconds"] = "-1", ["ComputeHorde__OutputUrlMarginSeconds"] = "1" });
        Assert.Equal(1, await host.WaitForExitAsync());
        AssertOneError(host, "MaxPollIntervalSeconds");
        AssertOneError(host, "OutputUrlMarginSeconds");
    }

    [Fact]
    public async Task Serve_WalletMissing_NamesTheFile()
    {
        using var folder = new TemporaryFolder();
        await using var host = HostProcess.Start(
            ["serve", "--port", "0", "--data", folder.Path, "--facilitator-url", "http://127.0.0.1:9/", "--validator-hotkey", "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty", "--wallet-path", folder.Path]);
        Assert.Equal(1, await host.WaitForExitAsync());
        AssertOneError(host, Path.Combine(folder.Path, "default", "hotkeys", "default"));
    }

    private static void AssertOneError(HostProcess host, string names)
    {
        var errors = host.Errors.ToArray();
        Assert.Contains(names, Assert.Single(errors, static line => line.StartsWith("error: ", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.DoesNotContain(errors, static line => line.Contains("   at ", StringComparison.Ordinal) || line.Contains(" fail: ", StringComparison.Ordinal));
    }

    private static string Which(string program) =>
        Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Select(folder => Path.Combine(folder, program)).First(File.Exists);

    private static string Real(string path) => File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
}
