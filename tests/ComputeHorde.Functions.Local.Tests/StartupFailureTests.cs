using System.Net;
using System.Net.Sockets;

namespace ComputeHorde.Functions.Local.Tests;

/// <summary>What keeps a host from starting is told in one clear line.</summary>
public sealed class StartupFailureTests(StorageFixture storage)
{
    [Fact]
    public async Task Start_PortTaken_NamesThePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var error = await FailsAsync(port: port);

        Assert.Contains($"127.0.0.1:{port}", error, StringComparison.Ordinal);
        Assert.Contains("Choose another port", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_DataDirectoryIsAFile_NamesIt()
    {
        using var root = new TempDirectory();
        var path = Path.Combine(root.Path, "file");
        await File.WriteAllTextAsync(path, "", TestContext.Current.CancellationToken);

        Assert.Contains($"The data directory {path} cannot be written to", await FailsAsync(data: path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_HostDatabaseIsNoDatabase_NamesIt()
    {
        using var root = new TempDirectory();
        var path = Path.Combine(root.Path, "host.db");
        await File.WriteAllTextAsync(path, new string('x', 5000), TestContext.Current.CancellationToken);

        Assert.Contains($"{path} cannot be used", await FailsAsync(data: root.Path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("host.json", "{ \"version\": ", "host.json is not valid JSON (line 1, position ")]
    [InlineData("host.json", "[]", "must hold a JSON object")]
    [InlineData("host.json", "{ \"extensions\": {} , \"x\": 1 }", "version must be \"2.0\", but is missing")]
    [InlineData("host.json", "{ \"version\": \"2.0\", \"functionTimeout\": \"soon\" }", "functionTimeout must be a time span")]
    [InlineData(
        "host.json",
        "{ \"version\": \"2.0\", \"extensions\": { \"queues\": { \"batchSize\": 33 } } }",
        "extensions.queues.batchSize must be a whole number from 1 to 32, but is '33'"
    )]
    [InlineData(
        "host.json",
        "{ \"version\": \"2.0\", \"extensions\": { \"queues\": { \"messageEncoding\": \"rot13\" } } }",
        "extensions.queues.messageEncoding must be one of base64, none"
    )]
    [InlineData(
        "host.json",
        "{ \"version\": \"2.0\", \"functionTimeout\": \"00:00:00\" }",
        "functionTimeout must be a time span hh:mm:ss from 0:00:00.1 to 10:0:00:00, but is '00:00:00'"
    )]
    [InlineData("host.json", "{ \"version\": \"2.0\", \"functionTimeout\": [] }", "functionTimeout must be a single value")]
    [InlineData(
        "host.json",
        "{ \"version\": \"2.0\", \"extensions\": { \"queues\": { \"batchSize\": { \"x\": 1 } } } }",
        "extensions.queues.batchSize must be a single value"
    )]
    [InlineData(
        "host.json",
        "{ \"version\": \"2.0\", \"extensions\": { \"queues\": 5 } }",
        "extensions.queues must hold further keys, but is '5'"
    )]
    [InlineData("host.json", "{ \"version\": \"2.0\", \"functions\": \"One\" }", "functions must be a list, but is 'One'")]
    [InlineData(
        "host.json",
        "{ \"version\": \"2.0\", \"extensions\": { \"queues\": { \"maxPollingInterval\": \"00:00:00\" } } }",
        "extensions.queues.maxPollingInterval must be a time span hh:mm:ss from 0:00:00.1 to 1:0:00:00"
    )]
    [InlineData(
        "host.json",
        "{ \"version\": \"2.0\", \"logging\": { \"logLevel\": { \"default\": \"Loud\" } } }",
        "logging.logLevel.default must be one of Trace, Debug"
    )]
    [InlineData("local.settings.json", "{ \"Values\": 5 }", "Values must hold further keys, but is '5'")]
    [InlineData(
        "local.settings.json",
        "{ \"Values\": { \"AzureFunctionsJobHost__extensions__queues__batchSize\": \"33\" } }",
        "Setting AzureFunctionsJobHost__extensions__queues__batchSize must be a whole number from 1 to 32, but is '33'"
    )]
    [InlineData("local.settings.json", "{ \"Values\": ", "local.settings.json is not valid JSON")]
    [InlineData("local.settings.json", "{ \"IsEncrypted\": true }", "IsEncrypted must be false")]
    public async Task Start_SettingsFileIsWrong_NamesFileAndKey(string file, string content, string expected)
    {
        using var root = new TempDirectory();
        await File.WriteAllTextAsync(Path.Combine(root.Path, file), content, TestContext.Current.CancellationToken);

        Assert.Contains(expected, await FailsAsync(root: root.Path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("QueueText", "Function 'QueueText', [QueueTrigger]: there is no setting 'TestQueue'")]
    [InlineData("QueueMessage", "there is no connection string 'TestStorage'")]
    [InlineData("TimerOnSchedule", "Function 'TimerOnSchedule', [TimerTrigger]: there is no setting 'TestSchedule'")]
    [InlineData("BlobText", "Function 'BlobText', [BlobTrigger]: there is no setting 'TestContainer'")]
    public async Task Start_SettingMissing_NamesFunctionAndSetting(string function, string expected)
    {
        var error = await Assert.ThrowsAsync<LocalFunctionsException>(() => TestHost.StartAsync(storage.ConnectionString, [function]));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("jobs/{a.b}")]
    [InlineData("jobs/{rand-guid:N}")]
    [InlineData("jobs/{{literal}}")]
    [InlineData("jobs/{open")]
    [InlineData("jobs{n}")]
    public async Task Start_BlobPathWithWhatIsNoPlaceholder_IsRefused(string path)
    {
        var error = await Assert.ThrowsAsync<LocalFunctionsException>(() =>
            TestHost.StartAsync(storage.ConnectionString, ["BlobText"], setup => setup.Settings["TestContainer"] = path)
        );

        Assert.Contains(
            $"Function 'BlobText', [BlobTrigger]: '{path}/{{name}}.json' is not a blob path",
            error.Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("QueueText", "TestQueue", "no_queue", "[QueueTrigger]: 'no_queue' is not the name of a queue")]
    [InlineData("QueueText", "TestQueue", "q", "[QueueTrigger]: 'q' is not the name of a queue")]
    [InlineData("QueueForward", "TestOutputQueue", "a--b", "output: 'a--b' is not the name of a queue")]
    [InlineData(
        "BlobsOfContainer",
        "TestContainer",
        "jobs",
        "[BlobInput]: 'jobs' names a container, which only a BlobContainerClient can be bound to"
    )]
    [InlineData("HttpPocoTrigger", "", "", "parameter 'greeting' must be a HttpRequest, but is a Greeting")]
    public async Task Start_BindingThatCannotWork_NamesFunctionAndReason(string function, string setting, string value, string expected)
    {
        var error = await Assert.ThrowsAsync<LocalFunctionsException>(() =>
            TestHost.StartAsync(
                storage.ConnectionString,
                [function],
                setup =>
                {
                    setup.Settings["TestQueue"] = "queue";
                    setup.Settings[setting] = value;
                }
            )
        );

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains(function, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_ScheduleNotValid_NamesFunctionAndField()
    {
        var error = await Assert.ThrowsAsync<LocalFunctionsException>(() =>
            TestHost.StartAsync(storage.ConnectionString, ["TimerOnSchedule"], setup => setup.Settings["TestSchedule"] = "0 0 99 * * *")
        );

        Assert.Contains(
            "'0 0 99 * * *' is not valid: 99 is higher than the maximum allowable value for the [Hour] field",
            error.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Start_TimeZoneUnknown_NamesTheSetting()
    {
        var error = await Assert.ThrowsAsync<LocalFunctionsException>(() =>
            TestHost.StartAsync(
                storage.ConnectionString,
                ["TimerOnSchedule"],
                setup =>
                {
                    setup.Settings["TestSchedule"] = "0 0 0 * * *";
                    setup.Settings["WEBSITE_TIME_ZONE"] = "Mars/Olympus";
                }
            )
        );

        Assert.Equal("Setting WEBSITE_TIME_ZONE: this machine knows no time zone 'Mars/Olympus'.", error.Message);
    }

    [Fact]
    public async Task Start_ConnectionStringNotValid_DoesNotRepeatIt()
    {
        var error = await Assert.ThrowsAsync<LocalFunctionsException>(() =>
            TestHost.StartAsync("AccountKey=secret", ["QueueText"], setup => setup.Settings["TestQueue"] = "abc")
        );

        Assert.Contains("'AzureWebJobsStorage' is not a storage connection string", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_KeysThatAreIgnored_AreWarnedAboutOnce()
    {
        await using var host = await TestHost.StartAsync(
            storage.ConnectionString,
            ["HttpObject"],
            setup =>
                setup.HostJson(
                    """
                    {
                      "version": "2.0", "telemetryMode": "OpenTelemetry", "extensionBundle": { "id": "x", "version": "1" },
                      "logging": { "applicationInsights": { "samplingSettings": { "isEnabled": true } } },
                      "extensions": {
                        "http": { "routePrefix": "api", "hsts": { "isEnabled": true } },
                        "durableTask": { "tracing": { "traceInputsAndOutputs": false } }
                      }
                    }
                    """
                )
        );

        var warning = Assert.Single(host.Log.Messages(Microsoft.Extensions.Logging.LogLevel.Warning));
        Assert.Equal("Settings that a local host does not act on: host.json extensionBundle, host.json extensions.http.hsts", warning);
    }

    [Fact]
    public async Task HostJson_ByteOrderMarkAndEmptySections_AreAccepted()
    {
        await using var host = await TestHost.StartAsync(
            storage.ConnectionString,
            ["HttpObject"],
            setup => setup.HostJson("\uFEFF" + """{ "version": "2.0", "extensions": {}, "logging": { "logLevel": {} }, "functions": [] }""")
        );

        Assert.Empty(host.Log.Messages(Microsoft.Extensions.Logging.LogLevel.Warning));
    }

    [Fact]
    public async Task HostJson_SettingNamedAfterAKey_WinsOverTheFile()
    {
        await using var host = await TestHost.StartAsync(
            storage.ConnectionString,
            ["HttpObject"],
            setup =>
            {
                setup.HostJson("""{ "version": "2.0", "extensions": { "http": { "routePrefix": "file" } } }""");
                setup.Settings["AzureFunctionsJobHost__extensions__http__routePrefix"] = "setting";
            }
        );

        Assert.True((await host.Http.GetAsync("setting/object/x")).IsSuccessStatusCode);
    }

    [Fact]
    public async Task LocalSettings_Values_AreSettingsUnlessGivenOtherwise()
    {
        await using var host = await TestHost.StartAsync(
            storage.ConnectionString,
            ["HttpObject"],
            setup =>
            {
                File.WriteAllText(
                    Path.Combine(setup.Directory.Path, "local.settings.json"),
                    """{ "IsEncrypted": false, "Values": { "Section__Key": "file", "Number": 5, "Both": "file" }, "ConnectionStrings": { "Db": "text" } }"""
                );
                setup.Settings["Both"] = "given";
            }
        );

        var configuration = (Microsoft.Extensions.Configuration.IConfiguration)
            host.Host.Services.GetService(typeof(Microsoft.Extensions.Configuration.IConfiguration))!;
        string[] keys = ["Section:Key", "Number", "Both", "ConnectionStrings:Db"];
        Assert.Equal("file 5 given text", string.Join(" ", keys.Select(key => configuration[key])));
    }

    private async Task<string> FailsAsync(string? root = null, string? data = null, int port = 0)
    {
        using var own = new TempDirectory();
        var error = await Assert.ThrowsAsync<LocalFunctionsException>(() =>
            LocalFunctionsHost.StartAsync(
                new LocalFunctionsHostOptions
                {
                    ContentRoot = root ?? own.Path,
                    DataDirectory = data,
                    InMemory = data is null,
                    StorageConnectionString = storage.ConnectionString,
                    Port = port,
                }
            )
        );
        Assert.DoesNotContain('\n', error.Message);
        return error.Message;
    }
}
