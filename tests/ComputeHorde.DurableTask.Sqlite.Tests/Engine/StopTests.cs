using System.Collections.Concurrent;
using ComputeHorde.Testing;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace ComputeHorde.DurableTask.Sqlite.Tests.Engine;

/// <summary>Orderly stops in the middle of work, each followed by a start from the same file.</summary>
public sealed class StopTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("stop").FullName;

    [Fact]
    public async Task Stop_WhileEventsAreRaised_LosesNoneThatWasAcknowledged()
    {
        const int Stops = 6;
        const int Raisers = 4;
        var acknowledged = new ConcurrentBag<int>();
        var next = 0;
        for (var round = 0; round < Stops; round++)
        {
            var host = await OpenAsync();
            await host.Client.ScheduleNewOrchestrationInstanceAsync("collect", new List<int>(), new StartOrchestrationOptions("one"));
            var before = acknowledged.Count;
            var raisers = Enumerable
                .Range(0, Raisers)
                .Select(_ =>
                    Task.Run(async () =>
                    {
                        try
                        {
                            while (true)
                            {
                                var number = Interlocked.Increment(ref next);
                                await host.Client.RaiseEventAsync("one", "number", number);
                                acknowledged.Add(number);
                            }
                        }
                        catch (InvalidOperationException)
                        {
                            // The hub has stopped: this one was not promised.
                        }
                    })
                )
                .ToArray();
            await Eventually.TrueAsync(() => acknowledged.Count > before + 20, "twenty more were acknowledged", everyMilliseconds: 1);
            await host.DisposeAsync();
            await Task.WhenAll(raisers).WaitAsync(TimeSpan.FromMinutes(5));
        }

        await using var last = await OpenAsync();
        await last.Client.RaiseEventAsync("one", "number", -1);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        var end = await last.Client.WaitForInstanceCompletionAsync("one", getInputsAndOutputs: true, limit.Token);

        Assert.True(end.RuntimeStatus == OrchestrationRuntimeStatus.Completed, $"{end.RuntimeStatus}: {end.FailureDetails}");
        Assert.Empty(acknowledged.Except(end.ReadOutputAs<List<int>>()!));
    }

    [Fact]
    public async Task Stop_WhileACallRunsThatNobodyWaitsFor_RunsItAgainAfterTheNextStart()
    {
        using var blocked = new SemaphoreSlim(0);
        var runs = 0;
        var path = Path.Combine(_folder, "loose.db");
        var host = await OpenAsync();
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("loose");
        await Eventually.TrueAsync(() => runs == 1, "the activity runs");
        await host.Client.TerminateInstanceAsync(id, "done");
        var end = await host.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true);
        await host.DisposeAsync();
        blocked.Release(2);

        await using (await OpenAsync())
        {
            await Eventually.TrueAsync(() => runs == 2, "the activity runs again");
        }

        await using (await OpenAsync())
        {
            Assert.Equal(2, runs);
        }

        Assert.Equal("done", end.ReadOutputAs<string>());

        Task<TestHost> OpenAsync() =>
            TestHost.StartAsync(
                tasks =>
                    tasks
                        .AddOrchestratorFunc("loose", context => context.CallActivityAsync("slow"))
                        .AddActivityFunc(
                            "slow",
                            async _ =>
                            {
                                Interlocked.Increment(ref runs);
                                await blocked.WaitAsync();
                            }
                        ),
                new TestHostOptions { DatabasePath = path, DrainTimeout = TimeSpan.FromMilliseconds(50) }
            );
    }

    [Fact]
    public async Task Dispose_WithoutAStopBefore_CostsNothingOfWhatLacksItsServicesThen()
    {
        using var disposing = new SemaphoreSlim(0);
        using var goOn = new SemaphoreSlim(0);
        IServiceProvider? services = null;
        var tries = 0;
        var host = await OpenAsync();
        foreach (var id in (string[])["itself", "activity"])
        {
            await host.Client.ScheduleNewOrchestrationInstanceAsync("need", id, new StartOrchestrationOptions(id));
            await host.Client.WaitForInstanceStartAsync(id);
        }

        // Made after the hub, so that it is disposed before.
        host.Services.GetRequiredService<SlowToDispose>();
        var disposed = Task.Run(() => host.DisposeAsync().AsTask());
        await disposing.WaitAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => host.Client.RaiseEventAsync("itself", "go"));
        await host.Client.RaiseEventAsync("activity", "go");
        await Eventually.TrueAsync(() => tries == 2 && host.Hub.Engine.Activities.Active == 0, "both have tried");
        await host.Client.RaiseEventAsync("activity", "another");
        goOn.Release(2);
        await disposed;

        await using var next = await OpenAsync();
        await next.Client.RaiseEventAsync("itself", "go");
        foreach (var id in (string[])["itself", "activity"])
        {
            var end = await next.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true);
            Assert.True(end.RuntimeStatus == OrchestrationRuntimeStatus.Completed, $"{id}: {end.FailureDetails}");
        }

        async Task<TestHost> OpenAsync()
        {
            services = null;
            var opened = await TestHost.StartAsync(
                tasks =>
                    tasks
                        .AddOrchestratorFunc<string, bool>(
                            "need",
                            async (context, id) =>
                            {
                                await context.WaitForExternalEvent<object?>("go");
                                return id == "itself" ? Use() : await context.CallActivityAsync<bool>("use");
                            }
                        )
                        .AddActivityFunc("use", _ => Use()),
                new TestHostOptions
                {
                    DatabasePath = Path.Combine(_folder, "services.db"),
                    ConfigureServices = all => all.AddSingleton(_ => new SlowToDispose(disposing, goOn)),
                }
            );
            services = opened.Services;
            return opened;
        }

        bool Use()
        {
            Interlocked.Increment(ref tries);
            SpinWait.SpinUntil(() => services is not null);
            return services!.GetService<SlowToDispose>() is not null;
        }
    }

    [Fact]
    public async Task Stop_CalledByTwo_ReturnsToBothWhenTheFileIsFree()
    {
        var host = await OpenAsync();

        await Task.WhenAll(
            host.Hub.StopAsync(CancellationToken.None),
            host.Hub.StopAsync(CancellationToken.None),
            host.DisposeAsync().AsTask()
        );

        await (await OpenAsync()).DisposeAsync();
    }

    [Fact]
    public async Task Stop_WhileManyBeginToWait_LeavesNobodyWaiting()
    {
        for (var round = 0; round < 4; round++)
        {
            var host = await TestHost.StartAsync(tasks =>
                tasks.AddOrchestratorFunc<object, string>("wait", (context, _) => context.WaitForExternalEvent<string>("never"))
            );
            await host.Client.ScheduleNewOrchestrationInstanceAsync("wait", new StartOrchestrationOptions("one"));
            var waiting = Enumerable
                .Range(0, 4)
                .Select(_ =>
                    Task.Factory.StartNew(
                            () =>
                            {
                                List<Task> waits = [];
                                do
                                {
                                    waits.Add(host.Client.WaitForInstanceCompletionAsync("one"));
                                } while (!waits[^1].IsFaulted);
                                return Task.WhenAll(waits);
                            },
                            TaskCreationOptions.LongRunning
                        )
                        .Unwrap()
                )
                .ToArray();
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);

            await host.DisposeAsync();

            foreach (var waits in waiting)
            {
                await Assert.ThrowsAsync<InvalidOperationException>(() => waits.WaitAsync(TimeSpan.FromMinutes(5)));
            }
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>"collect" passes each number through an activity and continues as new now and then; -1 ends it.</summary>
    private Task<TestHost> OpenAsync() =>
        TestHost.StartAsync(
            tasks =>
                tasks
                    .AddOrchestratorFunc<List<int>, List<int>>(
                        "collect",
                        async (context, numbers) =>
                        {
                            for (var count = 0; count < 10; count++)
                            {
                                var number = await context.WaitForExternalEvent<int>("number");
                                if (number < 0)
                                {
                                    return numbers!;
                                }

                                numbers!.Add(await context.CallActivityAsync<int>("same", number));
                            }

                            context.ContinueAsNew(numbers);
                            return numbers!;
                        }
                    )
                    .AddActivityFunc<int, int>(
                        "same",
                        async (_, number) =>
                        {
                            await Task.Yield();
                            return number;
                        }
                    ),
            new TestHostOptions { DatabasePath = Path.Combine(_folder, "hub.db") }
        );

    private sealed class SlowToDispose(SemaphoreSlim disposing, SemaphoreSlim goOn) : IDisposable
    {
        public void Dispose()
        {
            disposing.Release();
            goOn.Wait();
        }
    }
}
