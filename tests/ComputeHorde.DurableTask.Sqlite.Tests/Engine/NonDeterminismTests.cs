using ComputeHorde.DurableTask.Sqlite.Testing;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.DurableTask.Sqlite.Tests.Engine;

/// <summary>Code that no longer matches a history is found out, by a running hub and by the replayer.</summary>
public sealed class NonDeterminismTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("engine").FullName;

    public static TheoryData<string, string, string> Changes =>
        new()
        {
            { "order", "TaskScheduled 'A' (#0)", "TaskScheduled 'B' (#0)" },
            { "name", "TaskScheduled 'A' (#0)", "TaskScheduled 'C' (#0)" },
            { "removed", "TaskScheduled 'A' (#0)", "TaskScheduled 'B' (#0)" },
            { "added", "TaskScheduled 'A' (#0)", "TimerCreated (#0)" },
            { "parallel", "nothing more in this turn", "TaskScheduled 'B' (#1)" },
            { "ended", "TaskScheduled 'B' (#1)", "ExecutionCompleted (Completed)" },
        };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Restart_WithChangedCode_FailsTheInstanceAndSaysWhere(string change, string expected, string actual)
    {
        await WithHostAsync(
            Original,
            host => host.Client.ScheduleNewOrchestrationInstanceAsync("flow", new StartOrchestrationOptions("one")),
            untilEvents: 8
        );

        await WithHostAsync(
            tasks => Changed(tasks, change),
            async host =>
            {
                await host.Client.RaiseEventAsync("one", "go");
                var end = await host.Client.WaitForInstanceCompletionAsync("one", getInputsAndOutputs: true);

                Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
                Assert.Equal(typeof(NonDeterministicOrchestrationException).ToString(), end.FailureDetails!.ErrorType);
                Assert.Matches(
                    $"at event [0-9]+: expected {System.Text.RegularExpressions.Regex.Escape(expected)}",
                    end.FailureDetails.ErrorMessage
                );
                Assert.Contains($"the code did {actual}", end.FailureDetails.ErrorMessage, StringComparison.Ordinal);
            }
        );
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Replayer_WithChangedCode_SaysWhere(string change, string expected, string actual)
    {
        string? history = null;
        await WithHostAsync(
            Original,
            async host =>
            {
                await host.Client.ScheduleNewOrchestrationInstanceAsync("flow", new StartOrchestrationOptions("one"));
                await host.Client.RaiseEventAsync("one", "go");
                await host.Client.WaitForInstanceCompletionAsync("one");
                history = host.Hub.ExportHistory("one");
            }
        );
        new HistoryReplayer(Original).Replay(history!);

        var error = Assert.Throws<NonDeterministicOrchestrationException>(() =>
            new HistoryReplayer(tasks => Changed(tasks, change)).Replay(history!)
        );

        Assert.Equal((expected, actual), (error.Expected, error.Actual));
    }

    [Fact]
    public async Task Replayer_WithMoreStepsAfterTheEnd_SaysWhere()
    {
        string? history = null;
        await WithHostAsync(
            tasks => tasks.AddOrchestratorFunc("flow", _ => Task.FromResult(1)),
            async host =>
            {
                await host.Client.ScheduleNewOrchestrationInstanceAsync("flow", new StartOrchestrationOptions("one"));
                await host.Client.WaitForInstanceCompletionAsync("one");
                history = host.Hub.ExportHistory("one");
            }
        );
        var longer = new HistoryReplayer(tasks =>
            tasks.AddOrchestratorFunc<object, int>("flow", async (context, _) => await context.CallActivityAsync<int>("more"))
        );

        var error = Assert.Throws<NonDeterministicOrchestrationException>(() => longer.Replay(history!));

        Assert.Equal((2, "ExecutionCompleted (Completed)", "TaskScheduled 'more' (#0)"), (error.Position, error.Expected, error.Actual));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void Original(DurableTaskRegistry tasks) =>
        Register(
            tasks,
            async context =>
            {
                await context.CallActivityAsync("A");
                await context.CallActivityAsync("B");
                await context.WaitForExternalEvent<string>("go");
            }
        );

    private static void Changed(DurableTaskRegistry tasks, string change) =>
        Register(
            tasks,
            async context =>
            {
                switch (change)
                {
                    case "order":
                        await context.CallActivityAsync("B");
                        await context.CallActivityAsync("A");
                        break;
                    case "name":
                        await context.CallActivityAsync("C");
                        await context.CallActivityAsync("B");
                        break;
                    case "removed":
                        await context.CallActivityAsync("B");
                        break;
                    case "added":
                        await context.CreateTimer(TimeSpan.FromSeconds(1), CancellationToken.None);
                        await context.CallActivityAsync("A");
                        await context.CallActivityAsync("B");
                        break;
                    case "parallel":
                        await Task.WhenAll(context.CallActivityAsync("A"), context.CallActivityAsync("B"));
                        break;
                    default:
                        await context.CallActivityAsync("A");
                        return;
                }

                await context.WaitForExternalEvent<string>("go");
            }
        );

    private static void Register(DurableTaskRegistry tasks, Func<TaskOrchestrationContext, Task> flow)
    {
        tasks.AddOrchestratorFunc("flow", flow);
        foreach (var name in new[] { "A", "B", "C" })
        {
            tasks.AddActivityFunc<object, int>(name, (_, _) => 1);
        }
    }

    private async Task WithHostAsync(Action<DurableTaskRegistry> registry, Func<TestHost, Task> act, int untilEvents = 0)
    {
        await using var host = await TestHost.StartAsync(
            registry,
            new TestHostOptions { DatabasePath = Path.Combine(_folder, "hub.db"), TimeProvider = new VirtualTimeProvider() }
        );
        await act(host);
        if (untilEvents > 0)
        {
            await Eventually.TrueAsync(
                () => host.Hub.CountHistoryEvents("one") == untilEvents,
                "the history is that long",
                everyMilliseconds: 1
            );
        }
    }
}
