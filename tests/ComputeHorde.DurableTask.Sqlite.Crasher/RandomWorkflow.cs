using Microsoft.DurableTask;

namespace ComputeHorde.DurableTask.Sqlite.Crasher;

/// <summary>A step of a random workflow.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Number">Makes it different from others.</param>
/// <param name="Inner">The steps of a sub-orchestration.</param>
public sealed record Step(string Kind, int Number, Step[]? Inner = null);

/// <summary>Workflows made by a seed, and what they come to when nothing disturbs them.</summary>
public static class RandomWorkflow
{
    private const int FirstLoose = 1000;

    private static readonly string[] Kinds =
    [
        "activity",
        "fan",
        "failing",
        "retried",
        "timer",
        "event",
        "sub",
        "self",
        "restart",
        "status",
        "race",
        "guid",
        "loose",
    ];

    public static Step[] Make(Random random, int depth = 2) =>
        [
            .. Enumerable
                .Range(0, random.Next(1, 7))
                .Select(_ =>
                    Kinds[random.Next(Kinds.Length)] switch
                    {
                        "sub" when depth > 0 => new Step("sub", random.Next(100), Make(random, depth - 1)),
                        "restart" when depth < 2 => new Step("activity", random.Next(100)),
                        "sub" => new Step("timer", random.Next(100)),
                        var kind => new Step(kind, random.Next(100)),
                    }
                ),
        ];

    /// <summary>What the workflow returns: computed here without any engine.</summary>
    public static List<int> Expected(Step[] steps) =>
        [
            .. steps.SelectMany(step =>
                step.Kind switch
                {
                    "activity" or "retried" => [step.Number * 2],
                    "fan" => Enumerable.Range(0, 1 + (step.Number % 5)).Select(i => i * 2),
                    "failing" => [-step.Number],
                    "event" or "self" => [step.Number],
                    "sub" => Expected(step.Inner!),
                    "race" => [step.Number * 2],
                    _ => Enumerable.Empty<int>(),
                }
            ),
        ];

    /// <summary>The inputs of the activities that the workflow does not wait for.</summary>
    public static IEnumerable<int> Loose(Step[] steps) =>
        steps.Where(step => step.Kind == "loose").Select(step => FirstLoose + step.Number);

    public static void Register(
        DurableTaskRegistry tasks,
        Func<TaskActivityContext, int, int> activity,
        Func<TaskActivityContext, int, bool> fails
    ) =>
        tasks
            .AddOrchestratorFunc<Progress, List<int>>("workflow", RunAsync!)
            .AddActivityFunc<int, int>("double", activity)
            .AddActivityFunc<int, int>("fail", (_, value) => value < 0 ? value : throw new InvalidOperationException($"failed {value}"))
            .AddActivityFunc<int, int>(
                "flaky",
                (context, value) => activity(context, value) is var result && fails(context, value) ? throw new TimeoutException() : result
            );

    private static async Task<List<int>> RunAsync(TaskOrchestrationContext context, Progress progress)
    {
        var results = progress.Results;
        for (var i = progress.At; i < progress.Steps.Length; i++)
        {
            var step = progress.Steps[i];
            switch (step.Kind)
            {
                case "activity":
                    results.Add(await context.CallActivityAsync<int>("double", step.Number));
                    break;
                case "fan":
                    results.AddRange(
                        await Task.WhenAll(
                            Enumerable.Range(0, 1 + (step.Number % 5)).Select(n => context.CallActivityAsync<int>("double", n))
                        )
                    );
                    break;
                case "failing":
                    results.Add(await FailAsync(context, step.Number));
                    break;
                case "retried":
                    var policy = TaskOptions.FromRetryPolicy(new RetryPolicy(1000, TimeSpan.FromSeconds(1)));
                    results.Add(await context.CallActivityAsync<int>("flaky", step.Number, policy));
                    break;
                case "timer":
                    await context.CreateTimer(TimeSpan.FromSeconds(step.Number), CancellationToken.None);
                    break;
                case "event" when context.Parent is null:
                    results.Add(await context.WaitForExternalEvent<int>($"event {i}"));
                    break;
                case "event":
                    results.Add(step.Number);
                    break;
                case "self":
                    context.SendEvent(context.InstanceId, "self", step.Number);
                    results.Add(await context.WaitForExternalEvent<int>("self"));
                    break;
                case "sub":
                    results.AddRange(await context.CallSubOrchestratorAsync<List<int>>("workflow", new Progress(step.Inner!, 0, [])));
                    break;
                case "restart":
                    context.ContinueAsNew(new Progress(progress.Steps, i + 1, results));
                    return [];
                case "status":
                    context.SetCustomStatus(step.Number);
                    break;
                case "race":
                    results.Add(await RaceAsync(context, step.Number));
                    break;
                case "loose":
                    _ = context.CallActivityAsync<int>("double", FirstLoose + step.Number);
                    break;
                case "guid":
                    _ = context.NewGuid();
                    break;
                default:
                    throw new InvalidOperationException(step.Kind);
            }
        }

        return results;
    }

    private static async Task<int> FailAsync(TaskOrchestrationContext context, int number)
    {
        try
        {
            return await context.CallActivityAsync<int>("fail", number);
        }
        catch (TaskFailedException e) when (e.FailureDetails.IsCausedBy<InvalidOperationException>())
        {
            return -number;
        }
    }

    private static async Task<int> RaceAsync(TaskOrchestrationContext context, int number)
    {
        using var late = new CancellationTokenSource();
        var timer = context.CreateTimer(TimeSpan.FromDays(1000), late.Token);
        var work = context.CallActivityAsync<int>("double", number);
        await Task.WhenAny(timer, work);
        late.Cancel();
        return await work;
    }

    public sealed record Progress(Step[] Steps, int At, List<int> Results);
}
