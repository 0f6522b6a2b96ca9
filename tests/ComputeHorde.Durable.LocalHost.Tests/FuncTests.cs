using System.Text.Json.Nodes;

namespace ComputeHorde.Durable.LocalHost.Tests;

/// <summary>
/// The command <c>func</c>, with a program in place of Core Tools that says what it was given and looks for what it needs.
/// </summary>
public sealed class FuncTests : IDisposable
{
    private const string StandIn = """
        #!/usr/bin/env node
        const { readFileSync } = require('node:fs');
        if (process.argv[2] === '--version') { console.log('4.4.1'); process.exit(0); }
        const { Values } = JSON.parse(readFileSync('local.settings.json', 'utf8'));
        const storage = Values.AzureWebJobsStorage === 'UseDevelopmentStorage=true'
          ? ['http://127.0.0.1:10000/', 'http://127.0.0.1:10001/', 'http://127.0.0.1:10002/']
          : ['Blob', 'Queue', 'Table'].map(service => Values.AzureWebJobsStorage.match(new RegExp(`${service}Endpoint=([^;]+)`))[1]);
        (async () => {
          console.log(`arguments ${process.argv.slice(2).join(' ')}`);
          for (const address of [...storage, Values.ComputeHorde__FacilitatorUrl]) console.log(`answered ${(await fetch(address)).status > 0}`);
          process.exit(7);
        })();
        """;

    private readonly TemporaryFolder _app = new(),
        _data = new();

    public FuncTests()
    {
        File.WriteAllText(Path.Combine(_app.Path, "host.json"), """{ "version": "2.0" }""");

        // Data that know of no ports: the well-known ones may be somebody else's, who starts at the same moment.
        Directory.CreateDirectory(Path.Combine(_data.Path, "azurite"));
        File.WriteAllText(Path.Combine(_data.Path, "azurite", "azurite.ports.json"), """{ "Blob": 0, "Queue": 0, "Table": 0 }""");
    }

    public void Dispose()
    {
        _app.Dispose();
        _data.Dispose();
    }

    [Fact]
    public async Task Func_WithCoreTools_GivesThemStorageComputeHordeAndSettings()
    {
        await using var host = Start("--port", "7999", "--core-tools", WriteStandIn());

        Assert.Equal(7, await host.WaitForExitAsync());
        Assert.Contains("arguments start --no-build --port 7999", host.Output);
        Assert.Equal(4, host.Output.Count(static line => line == "answered true"));
        var values = ReadSettings();
        Assert.Equal("dotnet-isolated", (string?)values["FUNCTIONS_WORKER_RUNTIME"]);
        Assert.Equal("files", (string?)values["AzureWebJobsSecretStorageType"]);
        Assert.Equal("true", (string?)values["AzureWebJobs.JobSpecEvent.Disabled"]);
        Assert.Equal("//Alice", (string?)values["ComputeHorde__HotkeySecret"]);
        Assert.NotEmpty((string?)values["ComputeHorde__ValidatorHotkey"] ?? "");
        Assert.NotEmpty((string?)values["ComputeHordePollSchedule"] ?? "");
    }

    [Fact]
    public async Task Func_WithSettingsOfTheUser_KeepsThemAndTheFileAsItWas()
    {
        const string Own =
            """{ "IsEncrypted": false, "Values": { "ComputeHorde__HotkeySecret": "own secret", "ComputeHorde__Realm": "mine" }, "Host": { "CORS": "*" } }""";
        File.WriteAllText(Path.Combine(_app.Path, "local.settings.json"), Own);
        await using var host = Start("--core-tools", WriteStandIn());

        await host.WaitForExitAsync();

        Assert.Equal("mine", (string?)ReadSettings()["ComputeHorde__Realm"]);
        Assert.Equal("*", (string?)JsonNode.Parse(File.ReadAllText(Path.Combine(_app.Path, "local.settings.json")))!["Host"]!["CORS"]);
        Assert.Equal(Own, File.ReadAllText(Path.Combine(_app.Path, "local.settings.json.bak")));
    }

    [Fact]
    public async Task Func_WithoutCoreTools_SaysInOneLineHowToGetThem()
    {
        await using var host = Start("--core-tools", Path.Combine(_app.Path, "nothing"));

        Assert.Equal(1, await host.WaitForExitAsync());
        Assert.Contains(
            "npm install --global azure-functions-core-tools@4",
            Assert.Single(host.Errors, static line => line.StartsWith("error: ", StringComparison.Ordinal)),
            StringComparison.Ordinal
        );
        Assert.False(File.Exists(Path.Combine(_app.Path, "local.settings.json")));
    }

    [Fact]
    public async Task Func_WithoutAnApp_SaysWhereItLooked()
    {
        File.Delete(Path.Combine(_app.Path, "host.json"));
        await using var host = Start("--core-tools", WriteStandIn());

        Assert.Equal(1, await host.WaitForExitAsync());
        Assert.Contains(
            host.Errors,
            line => line.Contains(_app.Path, StringComparison.Ordinal) && line.Contains("--app", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Func_ForADebugger_StartsAllButTheApp()
    {
        await using var host = Start("--no-start", "--follow-stdin");

        await host.ReadyAsync();

        Assert.NotNull(ReadSettings()["AzureWebJobsStorage"]);
        await host.TerminateAsync();
    }

    private HostProcess Start(params string[] arguments) =>
        HostProcess.Start(["func", "--app", _app.Path, "--data", _data.Path, "--emulator-port", "0", .. arguments]);

    private JsonObject ReadSettings() =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(_app.Path, "local.settings.json")))!["Values"]!.AsObject();

    private string WriteStandIn()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the stand-in is a script");
        var path = Path.Combine(_data.Path, "func");
        File.WriteAllText(path, StandIn);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return path;
    }
}
