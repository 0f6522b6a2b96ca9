using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using ComputeHorde.Durable.Azure.Tests.Functions;
using ComputeHorde.Durable.Azure.Tests.Worker.Rpc;
using ComputeHorde.Durable.Checks;
using ComputeHorde.Durable.Runs;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.DurableTask.Protobuf;

namespace ComputeHorde.Durable.Azure.Tests.Worker;

/// <summary>The binary that is deployed, started for real: a host of ours speaks the Functions RPC protocol with it.</summary>
public sealed class WorkerTests(WorkerFixture fixture) : IClassFixture<WorkerFixture>
{
    [Fact]
    public void Index_Always_GivesTheFunctionsOfTheDocumentation()
    {
        var documented = FunctionsTable.Rows.Select(static row => $"{row.Name}: {row.Trigger}Trigger").Order(StringComparer.Ordinal);
        var indexed = fixture
            .Host.Functions.Select(static function => $"{function.Name}: {Trigger(function)["type"]}")
            .Order(StringComparer.Ordinal);

        Assert.Equal(documented, indexed, StringComparer.OrdinalIgnoreCase);
        Assert.All(
            fixture.Host.Functions,
            static function => Assert.True(File.Exists(Path.Combine(WorkerApp.Folder, function.ScriptFile)), function.ScriptFile)
        );
    }

    /// <summary>The settings name one account: the host is told to listen there.</summary>
    [Fact]
    public void Index_WithOneAccount_HasTriggersListenToIt()
    {
        var connections = fixture
            .Host.Functions.Select(static function => (string?)Trigger(function)["connection"])
            .OfType<string>()
            .ToList();

        Assert.Equal(3, connections.Count);
        Assert.All(connections, static connection => Assert.Equal("AzureWebJobsStorage", connection));
    }

    [Fact]
    public async Task Index_WithTwoAccounts_HasTriggersListenToThatOfTheData()
    {
        var settings = new Dictionary<string, string?>(fixture.Settings) { ["ComputeHordeStorage"] = fixture.Storage };
        await using var host = await WorkerHost.StartAsync(WorkerApp.Folder, settings);

        var connections = host.Functions.Select(static function => (string?)Trigger(function)["connection"]).OfType<string>().ToList();

        Assert.Equal(3, connections.Count);
        Assert.All(connections, static connection => Assert.Equal("ComputeHordeStorage", connection));
    }

    [Fact]
    public async Task Start_OnAnEmptyAccount_MakesWhatTheTriggersListenTo()
    {
        var jobs = new BlobServiceClient(fixture.Storage).GetBlobContainerClient("jobs");
        var batches = new QueueServiceClient(fixture.Storage).GetQueueClient("batches");

        while (
            !await jobs.ExistsAsync(TestContext.Current.CancellationToken)
            || !await batches.ExistsAsync(TestContext.Current.CancellationToken)
        )
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Health_OverHttp_IsServedByTheWorkerItself()
    {
        using var response = await fixture.Host.GetAsync("Health", "request", "/api/health");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(
            "healthy",
            JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["status"]!.GetValue<string>()
        );
    }

    /// <summary>The host tells the worker by these headers whom the caller spoke to, and so does a gateway before it.</summary>
    [Fact]
    public async Task Start_BehindAGateway_NamesTheOuterAddress()
    {
        using var content = new StringContent(
            """{"executor_class":"spin_up-4min.gpu-24gb","docker_image":"me/image:1","download_time_limit_sec":10,"execution_time_limit_sec":10,"upload_time_limit_sec":10}""",
            System.Text.Encoding.UTF8,
            "application/json"
        );

        using var answer = await fixture.Host.PostAsync(
            "StartJob",
            "request",
            "/api/jobs",
            content,
            ("Idempotency-Key", "behind-1"),
            ("X-Forwarded-For", "203.0.113.7"),
            ("X-Forwarded-Proto", "https"),
            ("X-Forwarded-Host", "gpu.example.com:8443"),
            ("X-Forwarded-Prefix", "/horde")
        );

        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, text);
        Assert.Equal("https://gpu.example.com:8443/horde/api/jobs/behind-1", answer.Headers.Location?.OriginalString);
        Assert.Equal("https://gpu.example.com:8443/horde/api/jobs/behind-1", (string?)JsonNode.Parse(text)!["status_url"]);
    }

    [Fact]
    public async Task Health_HubThatIsAway_Is503AndNamesIt()
    {
        fixture.Host.Hub.IsAway = true;
        try
        {
            using var response = await fixture.Host.GetAsync("Health", "request", "/api/health");
            var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.Contains("task_hub", body, StringComparison.Ordinal);
            Assert.DoesNotContain("secret", body, StringComparison.Ordinal);
        }
        finally
        {
            fixture.Host.Hub.IsAway = false;
        }
    }

    /// <summary>Each event arrives while the run goes on: nothing on the way keeps the stream back.</summary>
    [Fact]
    public async Task Events_OverHttp_AreSentAsTheyComeAndEndWithTheRun()
    {
        var change = new StatusChange("received", DateTimeOffset.UnixEpoch);
        var attempt = new AttemptOutcome(1, "0a0b0c0d-0000-0000-0000-000000000002", DateTimeOffset.UnixEpoch, [change], Failure: null, 0);
        var state = new OrchestrationState
        {
            InstanceId = "followed",
            Name = nameof(RunJob),
            OrchestrationStatus = OrchestrationStatus.Running,
            CreatedTimestamp = Timestamp.FromDateTime(DateTime.UnixEpoch),
            LastUpdatedTimestamp = Timestamp.FromDateTime(DateTime.UnixEpoch),
            Input = JsonSerializer.Serialize(new RunInput("followed", new string('0', 64), new RunPolicy(), 600)),
            CustomStatus = JsonSerializer.Serialize(
                new RunProgress(1, 3, RunPhases.Waiting, attempt.JobUuid, "received", DateTimeOffset.UnixEpoch) { Attempts = [attempt] }
            ),
        };
        fixture.Host.Hub.Instances["followed"] = state;
        var (response, ended) = await fixture.Host.OpenAsync("FollowJob", "request", "/api/jobs/followed/events", ("id", "followed"));
        using var answer = response;
        await using var body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        await using var events = SseParser
            .Create(body)
            .EnumerateAsync(TestContext.Current.CancellationToken)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var types = new List<string>();
        while (types.Count < 2 && await events.MoveNextAsync())
        {
            types.Add(events.Current.EventType);
        }

        Assert.Equal(["status", "progress"], types);
        Assert.False(ended.IsCompleted);
        fixture.Host.Hub.Instances["followed"] = new OrchestrationState(state)
        {
            OrchestrationStatus = OrchestrationStatus.Completed,
            Output = JsonSerializer.Serialize(new RunOutcome(RunStatuses.Completed, [attempt])),
        };
        Assert.True(await events.MoveNextAsync());
        Assert.Equal(("end", "end"), (events.Current.EventType, events.Current.EventId));
        Assert.False(await events.MoveNextAsync());
        await ended;
    }

    [Fact]
    public async Task Activity_WithStorage_RunsAndAnswers()
    {
        var input = new SampleInput("0a0b0c0d-0000-0000-0000-000000000001", "tests", 60, new CheckPolicy { Rate = 1 });

        var answer = await fixture.Host.InvokeAsync(
            nameof(DecideSample),
            Input(nameof(DecideSample), new TypedData { Json = JsonSerializer.Serialize(input) })
        );

        Assert.True(JsonSerializer.Deserialize<SampleDecision>(Text(answer.ReturnValue))!.IsSampled);
        var key = new BlobServiceClient(fixture.Storage).GetBlobContainerClient("sampling").GetBlobClient("key");
        Assert.True(await key.ExistsAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Orchestration_FirstTurn_CallsAnActivityOfTheApp()
    {
        var input = new RunInput("requests/none", new string('0', 64), new RunPolicy(), 600);
        var now = Timestamp.FromDateTime(DateTime.UtcNow);
        var turn = new OrchestratorRequest { InstanceId = "turn-1" };
        turn.NewEvents.Add(
            new HistoryEvent
            {
                EventId = -1,
                Timestamp = now,
                OrchestratorStarted = new OrchestratorStartedEvent(),
            }
        );
        turn.NewEvents.Add(
            new HistoryEvent
            {
                EventId = -1,
                Timestamp = now,
                ExecutionStarted = new ExecutionStartedEvent
                {
                    Name = nameof(RunJob),
                    Input = JsonSerializer.Serialize(input),
                    OrchestrationInstance = new OrchestrationInstance { InstanceId = "turn-1", ExecutionId = "1" },
                },
            }
        );

        var answer = await fixture.Host.InvokeAsync(
            nameof(RunJob),
            Input(nameof(RunJob), new TypedData { String = Convert.ToBase64String(turn.ToByteArray()) })
        );

        var response = OrchestratorResponse.Parser.ParseFrom(Convert.FromBase64String(Text(answer.ReturnValue)));
        var called = Assert.Single(response.Actions, static action => action.ScheduleTask is not null).ScheduleTask.Name;
        Assert.Contains(FunctionsTable.Rows, row => row.Name == called && row.Trigger == "activity");
    }

    /// <summary>What the workflow would deploy: published, zipped, unzipped elsewhere.</summary>
    [Fact]
    public async Task PublishedZip_StartsServesAndStops()
    {
        using var package = await WorkerApp.PublishAsync();
        await using var host = await WorkerHost.StartAsync(package.Folder, fixture.Settings);

        using var response = await host.GetAsync("Health", "request", "/api/health");
        var exitCode = await host.StopAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(
            fixture.Host.Functions.Select(static function => function.Name).Order(StringComparer.Ordinal),
            host.Functions.Select(static function => function.Name).Order(StringComparer.Ordinal)
        );
        Assert.Equal(0, exitCode);
    }

    [Fact]
    public async Task Start_WithSettingsThatCannotWork_EndsAndSaysWhy()
    {
        var settings = new Dictionary<string, string?>(fixture.Settings) { ["ComputeHorde__MaxRetries"] = "-1" };

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => WorkerHost.StartAsync(WorkerApp.Folder, settings));

        Assert.Contains("MaxRetries", failure.Message, StringComparison.Ordinal);
    }

    private static JsonObject Trigger(FunctionMetadata function) =>
        function
            .RawBindings.Select(static binding => JsonNode.Parse(binding)!.AsObject())
            .Single(static binding => binding["type"]!.GetValue<string>().EndsWith("Trigger", StringComparison.Ordinal));

    private ParameterBinding Input(string function, TypedData data) =>
        new() { Name = Trigger(fixture.Host.Functions.Single(item => item.Name == function))["name"]!.GetValue<string>(), Data = data };

    private static string Text(TypedData data) => data.DataCase == TypedData.DataOneofCase.Json ? data.Json : data.String;
}
