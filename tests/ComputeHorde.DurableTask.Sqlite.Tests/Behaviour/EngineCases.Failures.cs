using Microsoft.DurableTask;

namespace ComputeHorde.DurableTask.Sqlite.Tests.Behaviour;

/// <summary>Failures and retries.</summary>
internal sealed partial class EngineCases
{
    private readonly Dictionary<string, int> _calls = [];

    private EngineCase[] Failures() =>
        [
            new(
                "activity-fails",
                run => run.RunAsync("activity-fails"),
                "Failed Microsoft.DurableTask.TaskFailedException: Task 'throw' (#0) failed with an unhandled exception: refused x",
                tasks =>
                    tasks.AddOrchestratorFunc<object, string>(
                        "activity-fails",
                        (context, _) => context.CallActivityAsync<string>("throw", "x")
                    )
            ),
            new(
                "failure-caught",
                run => run.RunAsync("failure-caught"),
                "Completed \"throw 0 InvalidOperationException(refused x) \\u003C TimeoutException(too late) True False TaskFailedException\"",
                tasks =>
                    tasks.AddOrchestratorFunc<object, string>(
                        "failure-caught",
                        async (context, _) =>
                        {
                            try
                            {
                                return await context.CallActivityAsync<string>("throw", "x");
                            }
                            catch (TaskFailedException e)
                            {
                                var details = e.FailureDetails;
                                return $"{e.TaskName} {e.TaskId} {EngineRun.Tell(details)} {details.IsCausedBy<InvalidOperationException>()} {details.IsCausedBy<TimeoutException>()} {e.InnerException?.GetType().Name}";
                            }
                        }
                    )
            ),
            new(
                "orchestrator-throws",
                run => run.RunAsync("orchestrator-throws"),
                "Failed System.NotSupportedException: no",
                tasks =>
                    tasks.AddOrchestratorFunc<object, string>(
                        "orchestrator-throws",
                        string (_, _) => throw new NotSupportedException("no", new TimeoutException("too late"))
                    )
            ),
            new(
                "orchestrator-throws-later",
                run => run.RunAsync("orchestrator-throws-later"),
                "Failed System.NotSupportedException: no",
                tasks =>
                    tasks.AddOrchestratorFunc<object, string>(
                        "orchestrator-throws-later",
                        async (context, _) =>
                        {
                            await context.CallActivityAsync<string>("say", "x");
                            throw new NotSupportedException("no");
                        }
                    )
            ),
            new(
                "failure-wrapped",
                run => run.RunAsync("failure-wrapped-caller"),
                "Completed \"NotSupportedException(no) \\u003C TaskFailedException(Task \\u0027throw\\u0027 (#0) failed with an unhandled exception: refused x)"
                    + " \\u003C InvalidOperationException(refused x) \\u003C TimeoutException(too late)\"",
                tasks =>
                    tasks
                        .AddOrchestratorFunc<object, string>(
                            "failure-wrapped-caller",
                            (context, _) => CaughtAsync(context, "failure-wrapped")
                        )
                        .AddOrchestratorFunc<object, string>(
                            "failure-wrapped",
                            async (context, _) =>
                            {
                                try
                                {
                                    return await context.CallActivityAsync<string>("throw", "x");
                                }
                                catch (TaskFailedException e)
                                {
                                    throw new NotSupportedException("no", e);
                                }
                            }
                        )
            )
            {
                OnRealEngine =
                    "Completed \"NotSupportedException(no) \\u003C TaskFailedException(Task \\u0027throw\\u0027 (#0) failed with an unhandled exception: refused x)"
                    + " \\u003C TaskFailedException(Task \\u0027throw\\u0027 (#0) failed with an unhandled exception: refused x)\"",
            },
            new(
                "sub-orchestration-fails",
                run => run.RunAsync("sub-orchestration-fails"),
                "Completed \"TaskFailedException(Task \\u0027throw\\u0027 (#0) failed with an unhandled exception: refused x)"
                    + " \\u003C InvalidOperationException(refused x) \\u003C TimeoutException(too late)\"",
                tasks =>
                    tasks.AddOrchestratorFunc<object, string>(
                        "sub-orchestration-fails",
                        (context, _) => CaughtAsync(context, "activity-fails")
                    )
            ),
            new(
                "input-that-cannot-be-read",
                async run => (await run.RunAsync("input-that-cannot-be-read", "no number")).Split(':')[0],
                "Failed System.Text.Json.JsonException",
                tasks => tasks.AddOrchestratorFunc<int, int>("input-that-cannot-be-read", (_, number) => number)
            ),
            new(
                "result-that-cannot-be-read",
                async run => (await run.RunAsync("result-that-cannot-be-read")).Split(':')[0],
                "Failed System.Text.Json.JsonException",
                tasks =>
                    tasks.AddOrchestratorFunc<object, int>(
                        "result-that-cannot-be-read",
                        (context, _) => context.CallActivityAsync<int>("say", "x")
                    )
            ),
            new(
                "retries-until-it-works",
                run => run.RunAsync("retries-until-it-works"),
                "Completed 3",
                tasks =>
                    tasks
                        .AddOrchestratorFunc<object, int>(
                            "retries-until-it-works",
                            (context, _) =>
                                context.CallActivityAsync<int>(
                                    "retries-until-it-works",
                                    context.InstanceId,
                                    TaskOptions.FromRetryPolicy(new RetryPolicy(5, TimeSpan.FromMilliseconds(50)))
                                )
                        )
                        .AddActivityFunc<string, int>(
                            "retries-until-it-works",
                            (_, id) => Count(id) is var calls && calls < 3 ? throw new TimeoutException() : calls
                        )
            ),
            new(
                "retries-until-they-are-used-up",
                async run => $"{(await run.RunAsync("retries-until-they-are-used-up")).Split(':')[0]} {CallsOf(run.Id)}",
                "Failed Microsoft.DurableTask.TaskFailedException 3",
                tasks =>
                    tasks
                        .AddOrchestratorFunc<object, int>(
                            "retries-until-they-are-used-up",
                            (context, _) =>
                                context.CallActivityAsync<int>(
                                    "retries-until-they-are-used-up",
                                    context.InstanceId,
                                    TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromMilliseconds(50)))
                                )
                        )
                        .AddActivityFunc<string, int>(
                            "retries-until-they-are-used-up",
                            (_, id) => Count(id) > 0 ? throw new TimeoutException() : 0
                        )
            ),
            new(
                "retries-of-handled-failures-only",
                async run => $"{(await run.RunAsync("retries-of-handled-failures-only")).Split(':')[0]} {CallsOf(run.Id)}",
                "Failed Microsoft.DurableTask.TaskFailedException 2",
                tasks =>
                    tasks
                        .AddOrchestratorFunc<object, int>(
                            "retries-of-handled-failures-only",
                            (context, _) =>
                                context.CallActivityAsync<int>(
                                    "retries-of-handled-failures-only",
                                    context.InstanceId,
                                    TaskOptions.FromRetryPolicy(
                                        new RetryPolicy(9, TimeSpan.FromMilliseconds(50))
                                        {
                                            HandleFailure = failure => failure.IsCausedBy<TimeoutException>(),
                                        }
                                    )
                                )
                        )
                        .AddActivityFunc<string, int>(
                            "retries-of-handled-failures-only",
                            (_, id) =>
                                Count(id) switch
                                {
                                    1 => throw new TimeoutException(),
                                    < 100 => throw new NotSupportedException(),
                                    var calls => calls,
                                }
                        )
            ),
            new(
                "retry-handler",
                async run => $"{await run.RunAsync("retry-handler")} {CallsOf(run.Id)}",
                "Completed \"1 InvalidOperationException(refused x) \\u003C TimeoutException(too late); 2 InvalidOperationException(refused x) \\u003C TimeoutException(too late); refused x\" 0",
                tasks =>
                    tasks.AddOrchestratorFunc<object, string>(
                        "retry-handler",
                        async (context, _) =>
                        {
                            var seen = "";
                            try
                            {
                                return await context.CallActivityAsync<string>(
                                    "throw",
                                    "x",
                                    TaskOptions.FromRetryHandler(retry =>
                                    {
                                        seen += $"{retry.LastAttemptNumber} {EngineRun.Tell(retry.LastFailure)}; ";
                                        return retry.LastAttemptNumber < 2;
                                    })
                                );
                            }
                            catch (TaskFailedException e)
                            {
                                return seen + e.FailureDetails.ErrorMessage;
                            }
                        }
                    )
            ),
            new(
                "retries-of-a-sub-orchestration",
                async run => $"{await run.RunAsync("retries-of-a-sub-orchestration")}",
                "Completed 2",
                tasks =>
                    tasks
                        .AddOrchestratorFunc<object, int>(
                            "retries-of-a-sub-orchestration",
                            (context, _) =>
                                context.CallSubOrchestratorAsync<int>(
                                    "retries-of-a-sub-orchestration-sub",
                                    context.InstanceId,
                                    TaskOptions.FromRetryPolicy(new RetryPolicy(5, TimeSpan.FromMilliseconds(50)))
                                )
                        )
                        .AddOrchestratorFunc<string, int>(
                            "retries-of-a-sub-orchestration-sub",
                            async (context, id) =>
                                await context.CallActivityAsync<int>("retries-of-a-sub-orchestration-count", id) is var calls && calls < 2
                                    ? throw new TimeoutException()
                                    : calls
                        )
                        .AddActivityFunc<string, int>("retries-of-a-sub-orchestration-count", (_, id) => Count(id))
            ),
        ];

    private static async Task<string> CaughtAsync(TaskOrchestrationContext context, string orchestrator)
    {
        try
        {
            return await context.CallSubOrchestratorAsync<string>(orchestrator);
        }
        catch (TaskFailedException e)
        {
            return EngineRun.Tell(e.FailureDetails);
        }
    }

    private int Count(string id)
    {
        lock (_calls)
        {
            return _calls[id] = _calls.GetValueOrDefault(id) + 1;
        }
    }

    private int CallsOf(string id)
    {
        lock (_calls)
        {
            return _calls.GetValueOrDefault(id);
        }
    }
}
