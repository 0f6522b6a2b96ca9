using System.Collections.Concurrent;
using System.Diagnostics;
using ComputeHorde.DurableTask.Sqlite.Crasher;
using ComputeHorde.DurableTask.Sqlite.Engine;
using ComputeHorde.DurableTask.Sqlite.Storage;
using ComputeHorde.DurableTask.Sqlite.Testing;
using ComputeHorde.Testing;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace ComputeHorde.DurableTask.Sqlite.Tests.Engine;

/// <summary>
/// Random workflows on a store that fails or crashes at random writes. <c>DURABLE_CRASH_SEED</c> repeats one seed,
/// <c>DURABLE_CRASH_WORKFLOWS</c> sets the number of workflows (1,000 by default).
/// </summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    private const int PerRound = 50;

    private static int Workflows =>
        int.TryParse(Environment.GetEnvironmentVariable("DURABLE_CRASH_WORKFLOWS"), out var count) ? count : 1000;

    private static int? OnlySeed => int.TryParse(Environment.GetEnvironmentVariable("DURABLE_CRASH_SEED"), out var seed) ? seed : null;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Workflows_OnAFaultyStore_EndAsUndisturbed(bool onFile)
    {
        var first = OnlySeed ?? Random.Shared.Next();
        var rounds = OnlySeed is null ? Math.Max(1, Workflows / PerRound / 2) : 1;
        for (var seed = first; seed < first + rounds; seed++)
        {
            output.WriteLine($"seed {seed}, {(onFile ? "file" : "memory")}");
            await new Round(seed, onFile, output).RunAsync();
        }
    }

    private sealed class Round(int seed, bool onFile, ITestOutputHelper output)
    {
        private readonly Random _random = new(seed);
        private readonly Lock _gate = new();
        private readonly ConcurrentDictionary<(string Instance, int Value), int> _ran = new();

        /// <summary>All, none, or fewer than there are: then instances leave the memory and come back.</summary>
        private int WarmInstances =>
            (seed % 3) switch
            {
                0 => 10_000,
                1 => 0,
                _ => 10,
            };

        private volatile bool _calm;
        private volatile FaultyStore? _current;
        private volatile string? _leak;

        public async Task RunAsync()
        {
            var folder = Directory.CreateTempSubdirectory("crash").FullName;
            try
            {
                await RunAsync(new MemoryStore(), Path.Combine(folder, "hub.db"));
            }
            catch (Exception e) when (e is not Xunit.Sdk.IAssertionException)
            {
                throw new InvalidOperationException($"Seed {seed} failed.", e);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        private async Task RunAsync(MemoryStore memory, string path)
        {
            var workflows = Enumerable.Range(0, PerRound).ToDictionary(i => $"w{i}", _ => RandomWorkflow.Make(_random));
            var crashes = 0;
            Exception? last = null;
            for (var clock = Stopwatch.StartNew(); ; crashes++)
            {
                Assert.True(clock.Elapsed < TimeSpan.FromMinutes(10), $"Seed {seed} does not come to an end. {last}");
                _calm = crashes >= 12;
                var store = new FaultyStore(
                    onFile ? new SqliteStore(path) : memory,
                    place => place.StartsWith(FaultyStore.Reading, StringComparison.Ordinal) ? Fault.None : Next()
                );
                _current = store;
                await using var host = await TestHost.StartAsync(
                    tasks => RandomWorkflow.Register(tasks, Activity, (context, value) => _ran[(context.InstanceId, value)] % 3 != 0),
                    new TestHostOptions { TimeProvider = new VirtualTimeProvider(), WarmInstances = WarmInstances },
                    store
                );
                var done = FinishAsync(host.Client, workflows);
                var ended = await Task.WhenAny(done, store.Crashed.Task, Task.Delay(TimeSpan.FromMinutes(5)));
                host.Hub.Abandon();
                Assert.True(ended == done || ended == store.Crashed.Task, $"Seed {seed} hangs.");
                Assert.True(_leak is null, $"Seed {seed}: {_leak}");
                if (done.IsCompletedSuccessfully && !store.Crashed.Task.IsCompleted)
                {
                    break;
                }

                Assert.True(
                    await Task.WhenAny(done, Task.Delay(TimeSpan.FromMinutes(5))) == done,
                    $"Seed {seed}: a client waits for a hub that has stopped."
                );
                last = done.Exception;
            }

            output.WriteLine($"  {crashes} crashes, {_ran.Values.Count(times => times > 1)} of {_ran.Count} activities ran more than once");
        }

        /// <summary>Starts whatever is not started, raises whatever is not known to be raised, and checks all ends.</summary>
        private async Task FinishAsync(DurableTaskClient client, Dictionary<string, Step[]> workflows)
        {
            await Task.WhenAll(
                workflows.Select(async workflow =>
                {
                    var (id, steps) = workflow;
                    var input = new RandomWorkflow.Progress(steps, 0, []);
                    await AgainAsync(() =>
                        client.ScheduleNewOrchestrationInstanceAsync(
                            "workflow",
                            input,
                            new StartOrchestrationOptions(id).WithDedupeStatuses(Enum.GetValues<OrchestrationRuntimeStatus>())
                        )
                    );
                    for (var i = 0; i < steps.Length; i++)
                    {
                        if (steps[i].Kind == "event")
                        {
                            var (name, number) = ($"event {i}", steps[i].Number);
                            await AgainAsync(() => client.RaiseEventAsync(id, name, number));
                        }
                    }

                    var end = await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true);
                    await Eventually.TrueAsync(
                        () => RandomWorkflow.Loose(steps).All(value => _ran.ContainsKey((id, value))) || _current!.Crashed.Task.IsCompleted,
                        $"seed {seed}: what {id} did not wait for has run"
                    );
                    Assert.True(
                        end.RuntimeStatus == OrchestrationRuntimeStatus.Completed,
                        $"Seed {seed}: {id} is {end.RuntimeStatus}: {end.FailureDetails}"
                    );
                    Assert.Equal(RandomWorkflow.Expected(steps), end.ReadOutputAs<List<int>>());
                })
            );
        }

        /// <summary>A failed write leaves open whether it took effect: do it again, as a client would.</summary>
        private static async Task AgainAsync(Func<Task> act)
        {
            while (true)
            {
                try
                {
                    await act();
                    return;
                }
                catch (DurableStoreException)
                {
                    // Uncertain: once more.
                }
                catch (global::DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException)
                {
                    return;
                }
            }
        }

        private int Activity(TaskActivityContext context, int value)
        {
            _ran.AddOrUpdate((context.InstanceId, value), 1, (_, times) => times + 1);

            // What runs an activity must have been committed before: the store knows the instance, with an open activity.
            if (_current!.Find(context.InstanceId) is not ({ State.Turns: > 0 } or { State.Generation: > 0 }))
            {
                _leak = $"an activity of {context.InstanceId} ran before its turn was committed";
            }

            return value * 2;
        }

        private Fault Next()
        {
            lock (_gate)
            {
                return _calm
                    ? Fault.None
                    : _random.Next(1000) switch
                    {
                        < 4 => Fault.Fail,
                        < 6 => Fault.Crash,
                        _ => Fault.None,
                    };
            }
        }
    }
}
