using Microsoft.DurableTask;

namespace ComputeHorde.DurableTask.Sqlite.Tests.Histories;

/// <summary>The code whose histories lie beside it, as earlier versions of the engine wrote them: it must never change.</summary>
internal static class StoredOrchestrations
{
    /// <summary>Which orchestrations there are; each was started once, with its name as the id.</summary>
    public static readonly string[] Names =
    [
        "steps",
        "retries",
        "timers",
        "events",
        "subs",
        "failure",
        "renewed",
        "suspended",
        "loose",
        "terminated",
        "waiting",
        "sleeping",
        "working",
    ];

    public static void Register(DurableTaskRegistry tasks, Func<string, Task<string>> work) =>
        tasks
            .AddOrchestratorFunc<int, string>("steps", StepsAsync)
            .AddOrchestratorFunc<int, string>("retries", RetriesAsync)
            .AddOrchestratorFunc<int, string>("timers", TimersAsync)
            .AddOrchestratorFunc<int, string>("events", EventsAsync)
            .AddOrchestratorFunc<int, string>("subs", SubsAsync)
            .AddOrchestratorFunc<int, string>("sub", SubAsync)
            .AddOrchestratorFunc<int, string>("failure", FailureAsync)
            .AddOrchestratorFunc<int, string>("renewed", RenewedAsync)
            .AddOrchestratorFunc<int, string>("suspended", SuspendedAsync)
            .AddOrchestratorFunc<int, string>("loose", LooseAsync)
            .AddOrchestratorFunc<int, string>("terminated", WaitingAsync)
            .AddOrchestratorFunc<int, string>("waiting", WaitingAsync)
            .AddOrchestratorFunc<int, string>("sleeping", SleepingAsync)
            .AddOrchestratorFunc<int, string>("working", WorkingAsync)
            .AddActivityFunc<string, string>("say", (_, text) => $"said {text}")
            .AddActivityFunc<string, string>("work", (_, text) => work(text))
            .AddActivityFunc<int, int>(
                "throw",
                (_, number) =>
                    number < 0 ? number : throw new InvalidOperationException($"refused {number}", new TimeoutException("the cause"))
            );

    private static async Task<string> StepsAsync(TaskOrchestrationContext context, int count)
    {
        var all = $"{context.NewGuid():N} {context.CurrentUtcDateTime:O} {context.Version}";
        for (var i = 0; i < count; i++)
        {
            context.SetCustomStatus(new { step = i });
            all += await context.CallActivityAsync<string>("say", $"step {i} {context.NewGuid():N}");
        }

        var together = await Task.WhenAll(
            Enumerable.Range(0, count).Select(i => context.CallActivityAsync<string>("say", $"together {i}"))
        );
        return all + string.Concat(together);
    }

    private static async Task<string> RetriesAsync(TaskOrchestrationContext context, int attempts)
    {
        try
        {
            await context.CallActivityAsync<int>(
                "throw",
                1,
                TaskOptions.FromRetryPolicy(
                    new RetryPolicy(
                        attempts,
                        TimeSpan.FromMilliseconds(20),
                        backoffCoefficient: 2,
                        maxRetryInterval: TimeSpan.FromMilliseconds(50)
                    )
                )
            );
        }
        catch (TaskFailedException e) when (e.FailureDetails.IsCausedBy<InvalidOperationException>())
        {
            context.SetCustomStatus(e.FailureDetails.ErrorMessage);
        }

        try
        {
            await context.CallSubOrchestratorAsync<string>(
                "failure",
                2,
                TaskOptions.FromRetryPolicy(new RetryPolicy(2, TimeSpan.FromMilliseconds(20)))
            );
        }
        catch (TaskFailedException e)
        {
            context.SetCustomStatus(e.FailureDetails.ErrorMessage);
        }

        try
        {
            await context.CallActivityAsync<int>("throw", 3, TaskOptions.FromRetryHandler(retry => retry.LastAttemptNumber < 3));
        }
        catch (TaskFailedException e)
        {
            return e.TaskName + e.FailureDetails.ErrorMessage;
        }

        return "never";
    }

    private static async Task<string> TimersAsync(TaskOrchestrationContext context, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await context.CreateTimer(TimeSpan.FromMilliseconds(10), CancellationToken.None);
        }

        using var late = new CancellationTokenSource();
        var timer = context.CreateTimer(context.CurrentUtcDateTime.AddDays(10), late.Token);
        var said = await Task.WhenAny(timer, context.CallActivityAsync<string>("say", "early"));
        late.Cancel();
        return $"{said == timer} {context.CurrentUtcDateTime:O}";
    }

    private static async Task<string> EventsAsync(TaskOrchestrationContext context, int count)
    {
        var all = "";
        for (var i = 0; i < count; i++)
        {
            all += await context.WaitForExternalEvent<string>("news");
        }

        try
        {
            all += await context.WaitForExternalEvent<string>("never", TimeSpan.FromMilliseconds(30));
        }
        catch (TaskCanceledException)
        {
            all += " none";
        }

        return all + await context.CallActivityAsync<string>("say", "the end");
    }

    private static async Task<string> SubsAsync(TaskOrchestrationContext context, int count)
    {
        var named = context.CallSubOrchestratorAsync<string>(
            "sub",
            0,
            new SubOrchestrationOptions { InstanceId = context.InstanceId + ":named", Version = "1.2" }
        );
        var all = await Task.WhenAll(Enumerable.Range(1, count).Select(i => context.CallSubOrchestratorAsync<string>("sub", i)));
        return string.Concat(all) + await named;
    }

    private static async Task<string> SubAsync(TaskOrchestrationContext context, int number)
    {
        context.SendEvent(context.InstanceId, "self", number);
        var number2 = await context.WaitForExternalEvent<int>("self");
        return await context.CallActivityAsync<string>("say", $"{number2} {context.Parent?.InstanceId} {context.Version}");
    }

    private static async Task<string> FailureAsync(TaskOrchestrationContext context, int number)
    {
        try
        {
            await context.CallActivityAsync<int>("throw", number);
        }
        catch (TaskFailedException e)
        {
            throw new NotSupportedException("the orchestrator gives up", e);
        }

        return "never";
    }

    private static async Task<string> RenewedAsync(TaskOrchestrationContext context, int rounds)
    {
        var said = await context.CallActivityAsync<string>("say", $"round {rounds}");
        if (rounds > 0)
        {
            context.ContinueAsNew(rounds - 1);
            return "";
        }

        return said + await context.WaitForExternalEvent<string>("kept");
    }

    private static async Task<string> SuspendedAsync(TaskOrchestrationContext context, int count)
    {
        var all = "";
        for (var i = 0; i < count; i++)
        {
            all += await context.WaitForExternalEvent<string>("news");
            all += await context.CallActivityAsync<string>("say", all);
        }

        return all;
    }

    private static async Task<string> LooseAsync(TaskOrchestrationContext context, int number)
    {
        _ = context.CallActivityAsync<string>("say", "nobody waits");
        return await context.CallActivityAsync<string>("say", $"loose {number}");
    }

    private static async Task<string> WaitingAsync(TaskOrchestrationContext context, int number)
    {
        var first = await context.CallActivityAsync<string>("say", $"before {number}");
        var sub = context.CallSubOrchestratorAsync<string>(
            "suspended",
            1,
            new SubOrchestrationOptions { InstanceId = context.InstanceId + ":sub" }
        );
        var news = await context.WaitForExternalEvent<string>("go on");
        return first + news + await sub;
    }

    private static async Task<string> SleepingAsync(TaskOrchestrationContext context, int milliseconds)
    {
        await context.CreateTimer(TimeSpan.FromMilliseconds(milliseconds), CancellationToken.None);
        return await context.CallActivityAsync<string>("say", "awake");
    }

    private static async Task<string> WorkingAsync(TaskOrchestrationContext context, int number)
    {
        var before = await context.CallActivityAsync<string>("say", "to begin with");
        return before + await context.CallActivityAsync<string>("work", $"work {number}");
    }
}
