using System.Text.Json.Nodes;
using ComputeHorde.Durable.LocalHost.Tests.Pages;

namespace ComputeHorde.Durable.LocalHost.Tests;

/// <summary><c>runs</c> as a process, against a local host that asks for a key.</summary>
[Collection(PageCollection.Name)]
public sealed class RunsCommandTests(PageFixture fixture)
{
    [Fact]
    public async Task List_InAPipe_WritesOneRunALine()
    {
        await using var command = await RunAsync(
            0,
            "list",
            "--label",
            "night",
            "--status",
            "failed",
            "--status",
            "cancelled",
            "--limit",
            "2"
        );

        Assert.Equal(["bad-05", "bad-04"], Lines(command).Select(static run => (string?)run["id"]));
        Assert.Empty(command.Errors);
    }

    [Fact]
    public async Task Show_TextsOfStrangers_AreEscaped()
    {
        await using var command = await RunAsync(0, "show", "evil-0");

        Assert.Equal(PageFixture.Hostile, (string?)Assert.Single(Lines(command))["namespace"]);
        Assert.DoesNotContain('\u202e', command.Output.Single());
    }

    [Theory]
    [InlineData("done-00", 0, "completed")]
    [InlineData("bad-00", 3, "failed")]
    public async Task Follow_RunThatHasEnded_TellsByTheExitCode(string run, int exitCode, string status)
    {
        await using var command = await RunAsync(exitCode, "follow", run);

        Assert.Equal(status, (string?)Lines(command)[^1]["status"]);
    }

    [Fact]
    public async Task Follow_RunThatIsCancelled_ShowsItsWay()
    {
        await fixture.StartAsync("hung-cli", PageFixture.Job("sha256", "one"));
        await fixture.StateAsync("hung-cli", static run => (string?)run["progress"]?["status"] == "accepted");
        await using var follow = Start("follow", "hung-cli");
        await Eventually.TrueAsync(() => !follow.Output.IsEmpty, "it is followed");

        await using var cancel = await RunAsync(0, "cancel", "hung-cli");
        await using var rerunEarly = await RunAsync(1, "rerun", "hung-00");

        Assert.Equal(3, await follow.WaitForExitAsync());
        Assert.Equal("cancelled", (string?)Lines(follow)[^1]["status"]);
        Assert.Equal("hung-cli", (string?)Assert.Single(Lines(cancel))["id"]);
        Assert.Contains("has not ended", Assert.Single(rerunEarly.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rerun_ByFilter_AsksForConsentAndCanBeTried()
    {
        await using var silent = await RunAsync(1, "rerun", "--prefix", "bad-0", "--status", "failed");
        await using var dry = await RunAsync(0, "rerun", "--prefix", "bad-00", "--dry-run");
        await using var both = await RunAsync(1, "rerun", "bad-00", "--prefix", "bad-00", "--yes");
        await using var done = await RunAsync(0, "rerun", "--prefix", "bad-00", "--yes");

        Assert.Contains("--yes", Assert.Single(silent.Errors), StringComparison.Ordinal);
        Assert.Contains("one of them", Assert.Single(both.Errors), StringComparison.Ordinal);
        Assert.False(Assert.Single(Lines(dry)).ContainsKey("rerun"));
        var rerun = (string)Assert.Single(Lines(done))["rerun"]!;
        Assert.Equal("bad-00", (string?)(await fixture.GetAsync($"jobs/{rerun}"))["rerun_of"]);
    }

    [Fact]
    public async Task Runs_ThatCannotBeReached_SayWhatToDo()
    {
        await using var noKey = await RunWithAsync(new() { [KeySetting] = null }, "list");
        await using var wrongKey = await RunWithAsync(new() { [KeySetting] = "wrong" }, "list");
        await using var nobody = await RunWithAsync(new() { [UrlSetting] = $"http://127.0.0.1:{FreePort.Take()}/" }, "list");
        await using var inClear = await RunWithAsync(new() { [UrlSetting] = "http://example.com/api/" }, "list");
        await using var noUrl = await RunWithAsync(new() { [UrlSetting] = "ftp://x" }, "list");
        await using var badFilter = await RunAsync(1, "list", "--status", "lost");
        await using var unknown = await RunAsync(1, "show", "nobody");
        await using var noOption = await RunAsync(2, "list", "--sttus", "failed");

        Assert.Contains("ask for a key: set ComputeHordeApi__Key", Assert.Single(noKey.Errors), StringComparison.Ordinal);
        Assert.Contains("do not take the key", Assert.Single(wrongKey.Errors), StringComparison.Ordinal);
        Assert.Contains("Start them with 'serve'", Assert.Single(nobody.Errors), StringComparison.Ordinal);
        Assert.Contains("is not https", Assert.Single(inClear.Errors), StringComparison.Ordinal);
        Assert.Contains("ComputeHordeApi__Url", Assert.Single(noUrl.Errors), StringComparison.Ordinal);
        Assert.Contains("must be one of pending", Assert.Single(badFilter.Errors), StringComparison.Ordinal);
        Assert.Contains("no run is called 'nobody'", Assert.Single(unknown.Errors), StringComparison.Ordinal);
        Assert.Contains("--sttus", noOption.Errors.First(), StringComparison.Ordinal);
        Assert.All(new[] { noKey, wrongKey, nobody, inClear }, static command => Assert.Empty(command.Output));
    }

    private const string KeySetting = "ComputeHordeApi__Key",
        UrlSetting = "ComputeHordeApi__Url";

    private HostProcess Start(params string[] arguments) => Start(new Dictionary<string, string?>(), arguments);

    private HostProcess Start(Dictionary<string, string?> environment, string[] arguments)
    {
        Assert.SkipUnless(
            File.Exists(PageFixture.Chromium),
            $"{PageFixture.Chromium} is absent: the host is started for the tests of the page"
        );
        environment.TryAdd(UrlSetting, new Uri(fixture.Page, "/").AbsoluteUri);
        environment.TryAdd(KeySetting, PageFixture.Key);
        return HostProcess.Start(["runs", .. arguments], environment);
    }

    private Task<HostProcess> RunAsync(int exitCode, params string[] arguments) =>
        RunAsync(exitCode, new Dictionary<string, string?>(), arguments);

    private async Task<HostProcess> RunWithAsync(Dictionary<string, string?> environment, string argument, int exitCode = 1) =>
        await RunAsync(exitCode, environment, [argument]);

    private async Task<HostProcess> RunAsync(int exitCode, Dictionary<string, string?> environment, string[] arguments)
    {
        var command = Start(environment, arguments);
        var ended = await command.WaitForExitAsync();
        Assert.True(
            ended == exitCode,
            $"{string.Join(' ', arguments)} ended with {ended}: {string.Join(Environment.NewLine, command.Output.Concat(command.Errors))}"
        );
        return command;
    }

    private static List<JsonObject> Lines(HostProcess command) =>
        [.. command.Output.Select(static line => JsonNode.Parse(line)!.AsObject())];
}
