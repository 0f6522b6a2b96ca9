using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using ComputeHorde.DurableTask.Sqlite.Testing;
using DurableTask.Core.Exceptions;
using Grpc.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Functions.Local.Tests;

public sealed class DurableFunctionTests(StorageFixture storage)
{
    private static readonly string[] Names = ["DurableStart", "DurableGreet", "DurableWait", "DurableSay"];

    private readonly Recorder _recorder = new();

    [Fact]
    public async Task Orchestration_StartedOverHttp_RunsItsActivitiesWithTypedInput()
    {
        await using var host = await StartAsync();

        var started = await host.Http.PostAsJsonAsync("api/orchestrations/DurableGreet", new Greeting("x", 3));

        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        var id = started.Headers.Location!.ToString().Split('/')[^1];
        var instance = await CompletedAsync(host, id);
        Assert.Equal("x1 x2 x3", instance.ReadOutputAs<string>());
        Assert.Equal(new Greeting("x", 3), instance.ReadCustomStatusAs<Greeting>());
        Assert.Equal([id, id, id], _recorder.Calls("DurableSay"));
    }

    [Fact]
    public async Task Orchestration_WaitingWhenTheHostStops_GoesOnInTheNextHost()
    {
        using var data = new TempDirectory();
        string id;
        await using (var first = await StartAsync(data.Path))
        {
            id = await first.Host.Client.ScheduleNewOrchestrationInstanceAsync("DurableWait", new Greeting("x", 7));
            await Eventually.TrueAsync(() => _recorder.Calls("DurableSay").Length == 1, "the activity began");
        }

        await using var second = await StartAsync(data.Path);
        await second.Host.Client.RaiseEventAsync(id, "Answer", "yes");

        Assert.Equal("x7 yes DurableWait", (await CompletedAsync(second, id)).ReadOutputAs<string>());
        Assert.Single(_recorder.Calls("DurableSay"));
    }

    [Fact]
    public async Task Activity_RunningWhenTheHostStops_IsCancelledAndRunsAgainInTheNextHost()
    {
        using var data = new TempDirectory();
        _recorder.Behaviour = (_, cancellation) => Task.Delay(Timeout.Infinite, cancellation);
        string id;
        TestLog log;
        await using (var first = await StartAsync(data.Path))
        {
            log = first.Log;
            id = await first.Host.Client.ScheduleNewOrchestrationInstanceAsync("DurableGreet", new Greeting("x", 1));
            await Eventually.TrueAsync(() => _recorder.Calls("DurableSay").Length == 1, "the activity began");
        }

        Assert.Empty(log.Messages(LogLevel.Warning));
        Assert.Single(
            log.Messages(),
            message => message.StartsWith("The stop interrupted the activity DurableSay", StringComparison.Ordinal)
        );
        _recorder.Behaviour = (_, _) => Task.CompletedTask;
        await using var second = await StartAsync(data.Path);

        Assert.Equal("x1", (await CompletedAsync(second, id)).ReadOutputAs<string>());
        Assert.Equal(2, _recorder.Calls("DurableSay").Length);
    }

    [Fact]
    public async Task Activity_HangsPastItsTimeout_FailsWithTheReason()
    {
        _recorder.Behaviour = (_, cancellation) => Task.Delay(Timeout.Infinite, cancellation);
        await using var host = await StartAsync(change: setup =>
            setup.HostJson("""{ "version": "2.0", "functionTimeout": "00:00:00.2" }""")
        );

        var id = await host.Host.Client.ScheduleNewOrchestrationInstanceAsync("DurableGreet", new Greeting("x", 1));

        var failure = (await CompletedAsync(host, id)).FailureDetails!.InnerFailure!;
        Assert.Equal(typeof(FunctionTimeoutException).FullName, failure.ErrorType);
        Assert.Contains("ran longer than 00:00:00.2", failure.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Orchestration_YearLongTimerOnVirtualTime_EndsAtOnceWithTimerFunctionsRunningBeside()
    {
        var clock = new VirtualTimeProvider { SettleTime = TimeSpan.FromSeconds(10) };
        var start = clock.GetUtcNow().UtcDateTime;
        await using var host = await StartAsync(
            change: setup =>
            {
                setup.TimeProvider = clock;
                setup.Settings["TestSchedule"] = "0 0 0 1 * *";
            },
            functions: ["DurableSleep", "TimerOnSchedule"]
        );

        var id = await host.Host.Client.ScheduleNewOrchestrationInstanceAsync("DurableSleep", TimeSpan.FromDays(365));

        Assert.InRange((await CompletedAsync(host, id)).ReadOutputAs<DateTime>() - start, TimeSpan.FromDays(365), TimeSpan.FromDays(366));
        Assert.InRange(_recorder.Calls("TimerOnSchedule").Length, 11, 13);
    }

    [Fact]
    public async Task QueueMessage_StartsAnOrchestrationNamedAfterIt()
    {
        var queue = $"durable-{Guid.NewGuid():N}";
        await using var host = await StartAsync(
            change: setup => setup.Settings["TestQueue"] = queue,
            functions: [.. Names, "DurableStartFromQueue"]
        );

        var receipt = await storage.Queue(queue).SendMessageAsync("""{"name":"q","times":2}""");

        var id = "from-queue-" + receipt.Value.MessageId;
        await Eventually.TrueAsync(
            async () => await host.Host.Client.GetInstanceAsync(id) is not null,
            "the message started the orchestration"
        );
        Assert.Equal("q1 q2", (await CompletedAsync(host, id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task RaiseEvent_InstanceDoesNotRun_FailsAsInAzure()
    {
        await using var host = await StartAsync();
        var client = host.Host.Client;
        var ended = await client.ScheduleNewOrchestrationInstanceAsync("DurableGreet", new Greeting("x", 1));
        await CompletedAsync(host, ended);

        var over = await Assert.ThrowsAsync<RpcException>(() => client.RaiseEventAsync(ended, "Answer", "late"));
        var unknown = await Assert.ThrowsAsync<RpcException>(() => client.RaiseEventAsync("nobody", "Answer", "lost"));

        Assert.Equal((StatusCode.FailedPrecondition, StatusCode.NotFound), (over.StatusCode, unknown.StatusCode));
    }

    [Fact]
    public async Task RaiseEvent_InstanceIsSuspended_IsKept()
    {
        await using var host = await StartAsync();
        var client = host.Host.Client;
        var id = await client.ScheduleNewOrchestrationInstanceAsync("DurableWait", new Greeting("x", 1));
        await client.WaitForInstanceStartAsync(id);
        await client.SuspendInstanceAsync(id);
        await Eventually.TrueAsync(
            async () => (await client.GetInstanceAsync(id))!.RuntimeStatus == OrchestrationRuntimeStatus.Suspended,
            "it is suspended"
        );

        await client.RaiseEventAsync(id, "Answer", "yes");
        await client.ResumeInstanceAsync(id);

        Assert.Equal("x1 yes DurableWait", (await CompletedAsync(host, id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task RaiseEvent_HostJsonSwitchIsOff_IsDropped()
    {
        await using var host = await StartAsync(change: setup =>
            setup.HostJson("""{ "version": "2.0", "extensions": { "durableTask": { "throwStatusExceptionsOnRaiseEvent": false } } }""")
        );

        await host.Host.Client.RaiseEventAsync("nobody", "Answer", "lost");

        Assert.Null(await host.Host.Client.GetInstanceAsync("nobody"));
    }

    [Theory]
    [InlineData("terminate")]
    [InlineData("suspend")]
    [InlineData("resume")]
    public async Task Steering_StatusDoesNotAllowIt_FailsAsInAzure(string operation)
    {
        await using var host = await StartAsync();
        var client = host.Host.Client;
        var id = await client.ScheduleNewOrchestrationInstanceAsync("DurableGreet", new Greeting("x", 1));
        await CompletedAsync(host, id);

        var over = await Assert.ThrowsAsync<RpcException>(() => RunAsync(id));
        var unknown = await Assert.ThrowsAsync<RpcException>(() => RunAsync("nobody"));

        Assert.Equal((StatusCode.FailedPrecondition, StatusCode.NotFound), (over.StatusCode, unknown.StatusCode));

        Task RunAsync(string instance) =>
            operation switch
            {
                "terminate" => client.TerminateInstanceAsync(instance),
                "suspend" => client.SuspendInstanceAsync(instance),
                _ => client.ResumeInstanceAsync(instance),
            };
    }

    [Fact]
    public async Task Purge_LiveInstance_FailsAsInAzure()
    {
        await using var host = await StartAsync();
        var client = host.Host.Client;
        var id = await client.ScheduleNewOrchestrationInstanceAsync("DurableWait", new Greeting("x", 1));

        var error = await Assert.ThrowsAsync<RpcException>(() => client.PurgeInstanceAsync(id));

        Assert.Equal(StatusCode.FailedPrecondition, error.StatusCode);
        Assert.NotNull(await client.GetInstanceAsync(id));
        Assert.Equal(0, (await client.PurgeInstanceAsync("nobody")).PurgedInstanceCount);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Start_IdOfALiveInstance_IsRefusedUnlessHostJsonLetsItGo(bool overridable)
    {
        await using var host = await StartAsync(change: setup =>
            setup.HostJson(
                overridable
                    ? """{ "version": "2.0", "extensions": { "durableTask": { "overridableExistingInstanceStates": "AnyState" } } }"""
                    : """{ "version": "2.0" }"""
            )
        );
        var client = host.Host.Client;
        await client.ScheduleNewOrchestrationInstanceAsync("DurableWait", new Greeting("first", 1), new StartOrchestrationOptions("x"));

        var again = () =>
            client.ScheduleNewOrchestrationInstanceAsync("DurableGreet", new Greeting("second", 1), new StartOrchestrationOptions("x"));
        if (!overridable)
        {
            await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(again);
            await client.RaiseEventAsync("x", "Answer", "yes");
            Assert.Equal("first1 yes DurableWait", (await CompletedAsync(host, "x")).ReadOutputAs<string>());
        }

        await again();
        await Eventually.TrueAsync(
            async () => (await CompletedAsync(host, "x")).ReadOutputAs<string>() == "second1",
            "the second took its place"
        );
    }

    [Fact]
    public async Task Start_TaskHubFileIsNoDatabase_SaysSoInOneLine()
    {
        using var data = new TempDirectory();
        await File.WriteAllTextAsync(Path.Combine(data.Path, "taskhub.db"), new string('x', 5000), TestContext.Current.CancellationToken);

        var error = await Assert.ThrowsAsync<LocalFunctionsException>(() => StartAsync(data.Path));

        Assert.Contains("taskhub.db", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public async Task Instances_OfVersions_RunUpToThatOfHostJson()
    {
        using var data = new TempDirectory();
        await using (var old = await StartAsync(data.Path, setup => setup.HostJson(HostJson("1"))))
        {
            await ScheduleAsync(old, "older", null);
            await ScheduleAsync(old, "newer", "2");
            await old.Host.Client.RaiseEventAsync("newer", "Answer", "yes");
            await Eventually.TrueAsync(() => _recorder.Calls("DurableSay").Length == 1, "the activity began");
            Assert.Equal(OrchestrationRuntimeStatus.Pending, (await old.Host.Client.GetInstanceAsync("newer"))!.RuntimeStatus);
        }

        await using var upgraded = await StartAsync(data.Path, setup => setup.HostJson(HostJson("2")));
        await upgraded.Host.Client.RaiseEventAsync("older", "Answer", "yes");

        Assert.Equal("x1 yes DurableWait", (await CompletedAsync(upgraded, "older")).ReadOutputAs<string>());
        Assert.Equal("x1 yes DurableWait", (await CompletedAsync(upgraded, "newer")).ReadOutputAs<string>());

        static string HostJson(string version) =>
            $$"""{ "version": "2.0", "extensions": { "durableTask": { "defaultVersion": "{{version}}", "versionFailureStrategy": "reject" } } }""";

        static Task ScheduleAsync(TestHost host, string id, string? version) =>
            host.Host.Client.ScheduleNewOrchestrationInstanceAsync(
                "DurableWait",
                new Greeting("x", 1),
                new StartOrchestrationOptions(id) { Version = version is null ? null : new TaskVersion(version) }
            );
    }

    [Fact]
    public async Task Middleware_AwaitsWhatIsNotDurable_RunsAroundOrchestratorsToo()
    {
        var steps = new ConcurrentQueue<string>();
        await using var host = await StartAsync(change: setup =>
            setup.Configure = builder =>
                builder.UseMiddleware(
                    async (context, next) =>
                    {
                        await ElsewhereAsync();
                        steps.Enqueue("before " + context.FunctionDefinition.Name);
                        await next();
                        await ElsewhereAsync();
                        steps.Enqueue("after " + context.FunctionDefinition.Name);
                    }
                )
        );

        var id = await host.Host.Client.ScheduleNewOrchestrationInstanceAsync("DurableGreet", new Greeting("x", 1));

        Assert.Equal("x1", (await CompletedAsync(host, id)).ReadOutputAs<string>());
        Assert.Equal(["before DurableGreet", "after DurableGreet", "before DurableSay", "after DurableSay"], steps);
    }

    [Fact]
    public async Task Middleware_OrchestratorFails_CannotHideIt()
    {
        await using var host = await StartAsync(change: setup =>
            setup.Configure = builder =>
                builder.UseMiddleware(
                    async (_, next) =>
                    {
                        try
                        {
                            await next();
                        }
                        catch (Exception)
                        {
                            // Hides what it can.
                        }
                    }
                )
        );

        var id = await host.Host.Client.ScheduleNewOrchestrationInstanceAsync("DurableGreet");

        Assert.Equal(typeof(NullReferenceException).FullName, (await CompletedAsync(host, id)).FailureDetails!.ErrorType);
    }

    [Fact]
    public async Task Middleware_ThrowsBeforeAnOrchestrator_FailsTheInstance()
    {
        await using var host = await StartAsync(change: setup =>
            setup.Configure = builder =>
                builder.UseMiddleware(
                    async (_, _) =>
                    {
                        await ElsewhereAsync();
                        throw new InvalidOperationException("not today");
                    }
                )
        );

        var id = await host.Host.Client.ScheduleNewOrchestrationInstanceAsync("DurableGreet", new Greeting("x", 1));

        Assert.Equal("not today", (await CompletedAsync(host, id)).FailureDetails!.ErrorMessage);
    }

    [Fact]
    public async Task Orchestration_ScopedServiceWithSlowDisposal_CompletesAndDisposesOfIt()
    {
        var disposed = new TaskCompletionSource();
        await using var host = await StartAsync(change: setup =>
        {
            setup.ConfigureServices = services => services.AddScoped(_ => new SlowToDispose(disposed));
            setup.Configure = builder =>
                builder.UseMiddleware(
                    (context, next) =>
                    {
                        context.InstanceServices.GetRequiredService<SlowToDispose>();
                        return next();
                    }
                );
        });

        var id = await host.Host.Client.ScheduleNewOrchestrationInstanceAsync("DurableGreet", new Greeting("x", 0));

        Assert.Equal("", (await CompletedAsync(host, id)).ReadOutputAs<string>());
        await disposed.Task.WaitAsync(TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken);
    }

    /// <summary>Comes back on another thread, as I/O does.</summary>
    private static async Task ElsewhereAsync() => await Task.Run(static () => Thread.Yield());

    private static Task<OrchestrationMetadata> CompletedAsync(TestHost host, string id) =>
        host.Host.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, TestContext.Current.CancellationToken);

    private Task<TestHost> StartAsync(string? data = null, Action<TestHostSetup>? change = null, string[]? functions = null) =>
        TestHost.StartAsync(
            storage.ConnectionString,
            functions ?? Names,
            setup =>
            {
                setup.Recorder = _recorder;
                setup.DataDirectory = data;
                change?.Invoke(setup);
            }
        );

    private sealed class SlowToDispose(TaskCompletionSource disposed) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await ElsewhereAsync();
            disposed.SetResult();
        }
    }
}
