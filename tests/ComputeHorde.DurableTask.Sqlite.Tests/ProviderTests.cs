using DurableTask.Core.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace ComputeHorde.DurableTask.Sqlite.Tests;

/// <summary>The provider among the SDK's workers and clients.</summary>
public sealed class ProviderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("provider").FullName;

    private string DatabasePath => Path.Combine(_folder, "hub.db");

    [Fact]
    public async Task NamedWorkersAndClients_InMemory_HaveHubsOfTheirOwn()
    {
        using var host = await StartAsync(services =>
        {
            foreach (var name in new[] { "a", "b" })
            {
                services.AddDurableTaskWorker(
                    name,
                    worker => worker.AddTasks(tasks => tasks.AddOrchestratorFunc<object, string>("who", (_, _) => name)).UseSqlite()
                );
                services.AddDurableTaskClient(name, client => client.UseSqlite());
            }
        });
        var clients = host.Services.GetRequiredService<IDurableTaskClientProvider>();

        foreach (var name in new[] { "a", "b" })
        {
            var client = clients.GetClient(name);
            var id = await client.ScheduleNewOrchestrationInstanceAsync("who");
            Assert.Equal(name, (await EndAsync(client, id)).ReadOutputAs<string>());
            Assert.NotNull(host.Services.GetRequiredKeyedService<SqliteTaskHub>(name).ExportHistory(id));
            Assert.Null(await clients.GetClient(name == "a" ? "b" : "a").GetInstanceAsync(id));
        }
    }

    [Fact]
    public async Task ClientOfAnotherName_OnTheSameFile_UsesTheWorkersHub()
    {
        using var host = await StartAsync(services =>
        {
            services.AddDurableTaskClient("other", client => client.UseSqlite(DatabasePath));
            services.AddDurableTaskWorker(worker => worker.AddTasks(Echo).UseSqlite(DatabasePath));
        });
        var client = host.Services.GetRequiredService<IDurableTaskClientProvider>().GetClient("other");

        Assert.Equal("x", (await EndAsync(client, await client.ScheduleNewOrchestrationInstanceAsync("echo", "x"))).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Client_WithoutAWorker_LeavesInstancesAndEventsForOne()
    {
        using (var alone = await StartAsync(services => services.AddDurableTaskClient(client => client.UseSqlite(DatabasePath))))
        {
            var client = alone.Services.GetRequiredService<DurableTaskClient>();
            await client.ScheduleNewOrchestrationInstanceAsync("wait", new StartOrchestrationOptions("one"));
            await client.RaiseEventAsync("one", "go", "x");
            Assert.Equal(OrchestrationRuntimeStatus.Pending, (await client.GetInstanceAsync("one"))!.RuntimeStatus);
            await alone.StopAsync(TestContext.Current.CancellationToken);
        }

        using var host = await StartAsync(services =>
            services
                .AddDurableTaskWorker(worker => worker.AddTasks(Echo).UseSqlite(DatabasePath))
                .AddDurableTaskClient(client => client.UseSqlite())
        );

        Assert.Equal("x", (await EndAsync(host.Services.GetRequiredService<DurableTaskClient>(), "one")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task TwoWorkers_OnOneHub_AreRefused()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            StartAsync(services =>
                services
                    .AddDurableTaskWorker("a", worker => worker.UseSqlite(DatabasePath))
                    .AddDurableTaskWorker("b", worker => worker.UseSqlite(DatabasePath))
            )
        );

        Assert.Contains(DatabasePath, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(SqliteTaskHubOptions.Path))]
    [InlineData(nameof(SqliteTaskHubOptions.WarmInstances))]
    [InlineData(nameof(SqliteTaskHubOptions.WarmBytes))]
    [InlineData(nameof(SqliteTaskHubOptions.DrainTimeout))]
    public async Task Options_OutOfRange_AreNamed(string option)
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() =>
            StartAsync(services =>
                services.AddDurableTaskWorker(worker =>
                    worker.UseSqlite(hub =>
                    {
                        hub.Path = option == nameof(hub.Path) ? "" : null;
                        hub.WarmInstances = option == nameof(hub.WarmInstances) ? -1 : 0;
                        hub.WarmBytes = option == nameof(hub.WarmBytes) ? -1 : 0;
                        hub.DrainTimeout = TimeSpan.FromSeconds(option == nameof(hub.DrainTimeout) ? -1 : 0);
                    })
                )
            )
        );

        Assert.Contains(option, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DataConverters_OfWorkerAndClient_AreThoseOfTheirOptions()
    {
        using var host = await StartAsync(services =>
            services
                .AddDurableTaskWorker(worker =>
                    worker.AddTasks(Echo).Configure(options => options.DataConverter = new Reversed()).UseSqlite()
                )
                .AddDurableTaskClient(client => client.Configure(options => options.DataConverter = new Reversed()).UseSqlite())
        );
        var client = host.Services.GetRequiredService<DurableTaskClient>();

        var end = await EndAsync(client, await client.ScheduleNewOrchestrationInstanceAsync("echo", "abc"));

        Assert.Equal(("cba", "cba", "abc"), (end.SerializedInput, end.SerializedOutput, end.ReadOutputAs<string>()));
    }

    [Fact]
    public async Task Classes_WithNamesAndVersions_RunWithTheirServices()
    {
        using var host = await StartAsync(services =>
            services
                .AddSingleton(new Greeting("hello"))
                .AddDurableTaskWorker(worker =>
                    worker
                        .AddTasks(tasks => tasks.AddOrchestrator<OrchestratorOne>().AddOrchestrator<OrchestratorTwo>().AddActivity<Greet>())
                        .UseSqlite()
                )
                .AddDurableTaskClient(client => client.UseSqlite())
        );
        var client = host.Services.GetRequiredService<DurableTaskClient>();
        List<string?> ends = [];
        foreach (var version in new[] { "1", "2", "3" })
        {
            var id = await client.ScheduleNewOrchestrationInstanceAsync("versioned", new StartOrchestrationOptions { Version = version });
            var end = await EndAsync(client, id);
            ends.Add(end.FailureDetails?.ErrorType ?? end.ReadOutputAs<string>());
        }

        Assert.Equal(["one", "two hello", "OrchestratorTaskNotFound"], ends);
    }

    [Fact]
    public async Task Filter_ThatSaysNo_HoldsAnOrchestrationBackUntilItSaysYes()
    {
#pragma warning disable CS0618 // Experimental, and part of the worker's options all the same.
        var filter = new DenyList();
        using var host = await StartAsync(services =>
            services
                .AddDurableTaskWorker(worker => worker.AddTasks(Echo).UseOrchestrationFilter(filter).UseSqlite())
                .AddDurableTaskClient(client => client.UseSqlite())
        );
#pragma warning restore CS0618
        var client = host.Services.GetRequiredService<DurableTaskClient>();
        filter.Denied = "echo";
        var held = await client.ScheduleNewOrchestrationInstanceAsync("echo", "x");
        var other = await client.ScheduleNewOrchestrationInstanceAsync("wait");
        await client.RaiseEventAsync(other, "go", "on");
        await EndAsync(client, other);
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await client.GetInstanceAsync(held))!.RuntimeStatus);

        filter.Denied = null;

        Assert.Equal("x", (await EndAsync(client, held)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task History_OfAnInstance_IsToldInTheEventsOfTheCore()
    {
        using var host = await StartAsync(services =>
            services
                .AddDurableTaskWorker(worker =>
                    worker
                        .AddTasks(tasks =>
                            tasks
                                .AddOrchestratorFunc<object, string>(
                                    "parent",
                                    async (context, _) =>
                                    {
                                        var text = await context.WaitForExternalEvent<string>("go");
                                        await context.CreateTimer(TimeSpan.Zero, CancellationToken.None);
                                        return await context.CallActivityAsync<string>("say", text);
                                    }
                                )
                                .AddActivityFunc<string, string>("say", (_, text) => text)
                        )
                        .UseSqlite()
                )
                .AddDurableTaskClient(client => client.UseSqlite())
        );
        var client = host.Services.GetRequiredService<DurableTaskClient>();
        await client.ScheduleNewOrchestrationInstanceAsync("parent", "in", new StartOrchestrationOptions("one"));
        await client.WaitForInstanceStartAsync("one");
        await client.RaiseEventAsync("one", "go", "x");
        await EndAsync(client, "one");

        var history = await client.GetOrchestrationHistoryAsync("one");

        Assert.Equal(
            [
                EventType.OrchestratorStarted,
                EventType.ExecutionStarted,
                EventType.OrchestratorCompleted,
                EventType.OrchestratorStarted,
                EventType.EventRaised,
                EventType.TimerCreated,
                EventType.OrchestratorCompleted,
                EventType.OrchestratorStarted,
                EventType.TimerFired,
                EventType.TaskScheduled,
                EventType.OrchestratorCompleted,
                EventType.OrchestratorStarted,
                EventType.TaskCompleted,
                EventType.ExecutionCompleted,
                EventType.OrchestratorCompleted,
            ],
            history.Select(item => item.EventType)
        );
        Assert.Equal(
            ("parent", "\"in\""),
            (history.OfType<ExecutionStartedEvent>().Single().Name, history.OfType<ExecutionStartedEvent>().Single().Input)
        );
        Assert.Equal(history.OfType<TaskScheduledEvent>().Single().EventId, history.OfType<TaskCompletedEvent>().Single().TaskScheduledId);
        Assert.True(history.Zip(history.Skip(1)).All(pair => pair.First.Timestamp <= pair.Second.Timestamp));
        await Assert.ThrowsAsync<ArgumentException>(() => client.GetOrchestrationHistoryAsync("unknown"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void Echo(DurableTaskRegistry tasks) =>
        tasks
            .AddOrchestratorFunc<string, string>("echo", (_, text) => text)
            .AddOrchestratorFunc<object, string>("wait", (context, _) => context.WaitForExternalEvent<string>("go"));

    private static async Task<IHost> StartAsync(Action<IServiceCollection> register)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        register(builder.Services);
        var host = builder.Build();
        try
        {
            await host.StartAsync();
            return host;
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    private static async Task<OrchestrationMetadata> EndAsync(DurableTaskClient client, string id)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        return await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, limit.Token);
    }

    private sealed record Greeting(string Text);

    [DurableTask("versioned", Version = "1")]
    private sealed class OrchestratorOne : TaskOrchestrator<object, string>
    {
        public override Task<string> RunAsync(TaskOrchestrationContext context, object input) => Task.FromResult("one");
    }

    [DurableTask("versioned", Version = "2")]
    private sealed class OrchestratorTwo : TaskOrchestrator<object, string>
    {
        public override Task<string> RunAsync(TaskOrchestrationContext context, object input) =>
            context.CallActivityAsync<string>(nameof(Greet), "two");
    }

    private sealed class Greet(Greeting greeting) : TaskActivity<string, string>
    {
        public override Task<string> RunAsync(TaskActivityContext context, string input) => Task.FromResult($"{input} {greeting.Text}");
    }

    /// <summary>Texts backwards.</summary>
    private sealed class Reversed : DataConverter
    {
        public override string? Serialize(object? value) => value is string text ? string.Concat(text.Reverse()) : null;

        public override object? Deserialize(string? data, Type targetType) => data is null ? null : string.Concat(data.Reverse());
    }

#pragma warning disable CS0618 // Experimental, and part of the worker's options all the same.
    private sealed class DenyList : IOrchestrationFilter
    {
        public volatile string? Denied;

        public ValueTask<bool> IsOrchestrationValidAsync(
            OrchestrationFilterParameters info,
            CancellationToken cancellationToken = default
        ) => ValueTask.FromResult(info.Name != Denied);
    }
#pragma warning restore CS0618
}
