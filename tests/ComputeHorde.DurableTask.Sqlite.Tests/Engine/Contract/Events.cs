using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.DurableTask.Sqlite.Tests.Engine.Contract;

public abstract partial class EngineContract
{
    [Fact]
    public async Task Events_BeforeWaiters_AreTakenInOrderWhateverTheCase()
    {
        var client = await StartAsync(tasks =>
            tasks.AddOrchestratorFunc<object, string>(
                "late",
                async (context, _) =>
                {
                    await context.WaitForExternalEvent<object>("start");
                    var text = "";
                    for (var i = 0; i < 5; i++)
                    {
                        text += await context.WaitForExternalEvent<string>("LETTER");
                    }

                    return text;
                }
            )
        );
        var id = await client.ScheduleNewOrchestrationInstanceAsync("late");
        foreach (var letter in "ABCDE")
        {
            await client.RaiseEventAsync(id, "letter", letter.ToString());
        }

        await client.RaiseEventAsync(id, "start");

        Assert.Equal("ABCDE", Output<string>(await EndAsync(client, id)));
    }

    [Fact]
    public async Task Events_WithTwoWaiters_GoToTheLatest()
    {
        var client = await StartAsync(tasks =>
            tasks.AddOrchestratorFunc<object, string>(
                "two",
                async (context, _) =>
                {
                    var first = context.WaitForExternalEvent<string>("e");
                    var second = context.WaitForExternalEvent<string>("e");
                    return await Task.WhenAny(first, second) == second ? "second:" + await second : "first:" + await first;
                }
            )
        );
        var id = await client.ScheduleNewOrchestrationInstanceAsync("two");
        await client.RaiseEventAsync(id, "e", "v");

        Assert.Equal("second:v", Output<string>(await EndAsync(client, id)));
    }

    [Fact]
    public async Task Event_AfterItsOnlyWaiterTimedOut_IsKeptForTheNext()
    {
        var client = await StartAsync(tasks =>
            tasks.AddOrchestratorFunc<object, string>(
                "kept",
                async (context, _) =>
                {
                    var first = await CaughtAsync(() => context.WaitForExternalEvent<string>("e", TimeSpan.FromMinutes(1)));
                    await context.WaitForExternalEvent<object>("raised");
                    var second = await CaughtAsync(() => context.WaitForExternalEvent<string>("e", TimeSpan.FromMinutes(1)));
                    return $"{first} then {second}";
                }
            )
        );
        var start = Time.GetUtcNow();
        var id = await client.ScheduleNewOrchestrationInstanceAsync("kept");
        await Eventually.TrueAsync(() => Time.GetUtcNow() - start >= TimeSpan.FromMinutes(1), "a minute passed", everyMilliseconds: 1);
        await Eventually.TrueAsync(() => Host.Hub.CountHistoryEvents(id) == 5, "the history has five events", everyMilliseconds: 1);
        await client.RaiseEventAsync(id, "e", "late");
        await client.RaiseEventAsync(id, "raised");

        Assert.Equal("TaskCanceledException then late", Output<string>(await EndAsync(client, id)));
    }

    [Fact]
    public async Task Event_WithNewerWaiterOnTop_IsNotSwallowed()
    {
        var client = await StartAsync(tasks =>
            tasks.AddOrchestratorFunc<object, string>(
                "kept",
                async (context, _) =>
                {
                    await CaughtAsync(() => context.WaitForExternalEvent<string>("e", TimeSpan.FromMinutes(1)));
                    return (await context.WaitForExternalEvent<string>("e"))!;
                }
            )
        );
        var id = await client.ScheduleNewOrchestrationInstanceAsync("kept");
        await Eventually.TrueAsync(() => Host.Hub.CountHistoryEvents(id) == 5, "the history has five events", everyMilliseconds: 1);
        await client.RaiseEventAsync(id, "e", "here");

        Assert.Equal("here", Output<string>(await EndAsync(client, id)));
    }

    [Fact]
    public async Task Events_OfOneNameWithTwoTypes_AreRefused()
    {
        var client = await StartAsync(tasks =>
            tasks.AddOrchestratorFunc<object, string>(
                "types",
                async (context, _) =>
                {
                    _ = context.WaitForExternalEvent<string>("e");
                    await context.WaitForExternalEvent<int>("e");
                    return "";
                }
            )
        );

        var end = await RunAsync(client, "types");

        Assert.Equal(typeof(ArgumentException).ToString(), end.FailureDetails!.ErrorType);
    }

    [Fact]
    public async Task SendEvent_ToAnotherInstance_ReachesItOnce()
    {
        var client = await StartAsync(tasks =>
            tasks
                .AddOrchestratorFunc<string>(
                    "sender",
                    (context, target) =>
                    {
                        context.SendEvent(target!, "hello", "world");
                        context.SendEvent("nobody", "hello", "world");
                    }
                )
                .AddOrchestratorFunc<object, string>("receiver", (context, _) => context.WaitForExternalEvent<string>("hello"))
        );
        var receiver = await client.ScheduleNewOrchestrationInstanceAsync("receiver");

        await RunAsync(client, "sender", receiver);

        Assert.Equal("world", Output<string>(await EndAsync(client, receiver)));
    }

    [Fact]
    public async Task ContinueAsNew_WithEventsUntaken_CarriesThemOnlyIfAsked()
    {
        var client = await StartAsync(tasks =>
            tasks.AddOrchestratorFunc<int, string>(
                "carry",
                async (context, generation) =>
                {
                    if (generation > 0)
                    {
                        return await CaughtAsync(() => context.WaitForExternalEvent<string>("early", TimeSpan.FromHours(1)));
                    }

                    context.ContinueAsNew(1, preserveUnprocessedEvents: await context.WaitForExternalEvent<bool>("preserve"));
                    return "";
                }
            )
        );
        foreach (var preserve in new[] { true, false })
        {
            var id = await client.ScheduleNewOrchestrationInstanceAsync("carry", 0);
            await client.RaiseEventAsync(id, "early", "kept");
            await client.RaiseEventAsync(id, "preserve", preserve);

            Assert.Equal(preserve ? "kept" : "TaskCanceledException", Output<string>(await EndAsync(client, id)));
        }
    }

    [Fact]
    public async Task ContinueAsNew_WhileEventsPourIn_LosesNone()
    {
        const int Count = 200;
        var client = await StartAsync(tasks =>
            tasks.AddOrchestratorFunc<int[], int[]>(
                "pour",
                async (context, seen) =>
                {
                    var next = await context.WaitForExternalEvent<int>("n");
                    int[] all = [.. seen!, next];
                    if (all.Length < Count)
                    {
                        context.ContinueAsNew(all);
                    }

                    return all;
                }
            )
        );
        var id = await client.ScheduleNewOrchestrationInstanceAsync("pour", Array.Empty<int>());
        await Task.WhenAll(Enumerable.Range(0, Count).Select(i => client.RaiseEventAsync(id, "n", i)));

        Assert.Equal(Enumerable.Range(0, Count), Output<int[]>(await EndAsync(client, id)));
    }

    private static async Task<string> CaughtAsync(Func<Task<string>> act)
    {
        try
        {
            return await act() ?? "null";
        }
        catch (OperationCanceledException e)
        {
            return e.GetType().Name;
        }
    }
}
