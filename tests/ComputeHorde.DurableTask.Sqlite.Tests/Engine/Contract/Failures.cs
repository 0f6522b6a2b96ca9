using System.Collections;
using System.Globalization;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace ComputeHorde.DurableTask.Sqlite.Tests.Engine.Contract;

public abstract partial class EngineContract
{
    [Fact]
    public async Task Failure_ThroughThreeLevels_KeepsTypes()
    {
        var client = await StartAsync(tasks =>
            tasks
                .AddOrchestratorFunc<object, int>("top", (context, _) => context.CallSubOrchestratorAsync<int>("middle"))
                .AddOrchestratorFunc<object, int>("middle", (context, _) => context.CallActivityAsync<int>("bottom"))
                .AddActivityFunc<object, int>(
                    "bottom",
                    int (_, _) => throw new InvalidOperationException("kaboom", new TimeoutException("late"))
                )
        );

        var end = await RunAsync(client, "top");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        var failure = end.FailureDetails!;
        Assert.Equal(typeof(TaskFailedException).ToString(), failure.ErrorType);
        Assert.Equal(typeof(TaskFailedException).ToString(), failure.InnerFailure!.ErrorType);
        Assert.True(failure.InnerFailure.InnerFailure!.IsCausedBy<InvalidOperationException>());
        Assert.True(failure.InnerFailure.InnerFailure!.InnerFailure!.IsCausedBy<TimeoutException>());
        Assert.Equal(failure.ErrorMessage, end.SerializedOutput);
    }

    [Fact]
    public async Task Failure_OfAnActivity_CanBeCaughtWithItsDetails()
    {
        var client = await StartAsync(tasks =>
            tasks
                .AddOrchestratorFunc<object, string>(
                    "catch",
                    async (context, _) =>
                    {
                        try
                        {
                            return await context.CallActivityAsync<string>("boom");
                        }
                        catch (TaskFailedException e)
                        {
                            return $"{e.Message} | {e.TaskId} | {e.FailureDetails.ErrorType} | {e.InnerException!.GetType()}";
                        }
                    }
                )
                .AddActivityFunc<object, string>("boom", string (_, _) => throw new InvalidOperationException("kaboom"))
        );

        Assert.Equal(
            "Task 'boom' (#0) failed with an unhandled exception: kaboom | 0 | System.InvalidOperationException | DurableTask.Core.Exceptions.TaskFailedException",
            Output<string>(await RunAsync(client, "catch"))
        );
    }

    [Fact]
    public async Task UnknownNames_Fail_WithoutRetry()
    {
        var client = await StartAsync(tasks =>
            tasks.AddOrchestratorFunc<object, string>(
                "missing",
                (context, _) =>
                    context.CallActivityAsync<string>(
                        "nothing",
                        null,
                        TaskOptions.FromRetryPolicy(new RetryPolicy(5, TimeSpan.FromDays(1)))
                    )
            )
        );
        var start = Time.GetUtcNow();

        var end = await RunAsync(client, "missing");
        var unknown = await RunAsync(client, "not-registered");

        Assert.Equal("ActivityTaskNotFound", end.FailureDetails!.InnerFailure!.ErrorType);
        Assert.Equal("No activity task named 'nothing' was found.", end.FailureDetails.InnerFailure.ErrorMessage);
        Assert.Equal(("OrchestratorTaskNotFound", null), (unknown.FailureDetails!.ErrorType, unknown.SerializedOutput));
        Assert.True(Time.GetUtcNow() - start < TimeSpan.FromDays(1));
    }

    [Fact]
    public async Task Orchestrator_ThatThrowsACancellation_FailsWithJustThat()
    {
        var client = await StartAsync(tasks =>
            tasks.AddOrchestratorFunc<object, string>(
                "cancelled",
                async (context, _) =>
                {
                    await context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
                    throw new OperationCanceledException("too late");
                }
            )
        );

        var failure = (await RunAsync(client, "cancelled")).FailureDetails!;

        Assert.Equal((typeof(OperationCanceledException).FullName, "too late"), (failure.ErrorType, failure.ErrorMessage));
        Assert.Contains(nameof(Orchestrator_ThatThrowsACancellation_FailsWithJustThat), failure.StackTrace, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RetryPolicy_WithBackoff_WaitsLongerEachTime()
    {
        var calls = 0;
        var client = await StartAsync(tasks =>
            tasks
                .AddOrchestratorFunc<object, TimeSpan>(
                    "retry",
                    async (context, _) =>
                    {
                        var start = context.CurrentUtcDateTime;
                        await context.CallActivityAsync(
                            "flaky",
                            TaskOptions.FromRetryPolicy(new RetryPolicy(4, TimeSpan.FromMinutes(1), 2))
                        );
                        return context.CurrentUtcDateTime - start;
                    }
                )
                .AddActivityFunc<object, int>("flaky", (_, _) => ++calls < 4 ? throw new TimeoutException() : calls)
        );

        var took = Output<TimeSpan>(await RunAsync(client, "retry"));

        Assert.InRange(took, TimeSpan.FromMinutes(7), TimeSpan.FromMinutes(7) + TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task RetryPolicy_BeyondItsTimeout_GivesUp()
    {
        var calls = 0;
        var client = await StartAsync(tasks =>
            tasks
                .AddOrchestratorFunc(
                    "retry",
                    context =>
                        context.CallActivityAsync(
                            "never",
                            TaskOptions.FromRetryPolicy(
                                new RetryPolicy(100, TimeSpan.FromMinutes(1), retryTimeout: TimeSpan.FromMinutes(5))
                            )
                        )
                )
                .AddActivityFunc<object, int>(
                    "never",
                    int (_, _) =>
                    {
                        calls++;
                        throw new TimeoutException();
                    }
                )
        );

        var end = await RunAsync(client, "retry");

        Assert.Equal((OrchestrationRuntimeStatus.Failed, 6), (end.RuntimeStatus, calls));
    }

    [Fact]
    public async Task RetryHandler_Decides_WithWhatHappened()
    {
        List<int> attempts = [];
        var client = await StartAsync(tasks =>
            tasks
                .AddOrchestratorFunc(
                    "handled",
                    context =>
                        context.CallActivityAsync(
                            "never",
                            TaskOptions.FromRetryHandler(retry =>
                            {
                                attempts.Add(retry.LastAttemptNumber);
                                return retry.LastAttemptNumber < 3 && retry.LastFailure.IsCausedBy<TimeoutException>();
                            })
                        )
                )
                .AddActivityFunc<object, int>("never", int (_, _) => throw new TimeoutException())
        );

        var end = await RunAsync(client, "handled");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal([1, 2, 3], attempts);
    }

    [Fact]
    public async Task Timer_Cancelled_ThrowsAndDoesNotHoldTheEnd()
    {
        var client = await StartAsync(tasks =>
            tasks.AddOrchestratorFunc<object, string>(
                "cancel",
                async (context, _) =>
                {
                    using var cancel = new CancellationTokenSource();
                    var timer = context.CreateTimer(TimeSpan.FromDays(10), cancel.Token);
                    await context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
                    cancel.Cancel();
                    try
                    {
                        await timer;
                        return "fired";
                    }
                    catch (TaskCanceledException)
                    {
                        return "cancelled";
                    }
                }
            )
        );
        var start = Time.GetUtcNow();

        Assert.Equal("cancelled", Output<string>(await RunAsync(client, "cancel")));
        Assert.True(Time.GetUtcNow() - start < TimeSpan.FromDays(1));
    }

    [Fact]
    public async Task Orchestrator_AwaitingForeignTask_FailsVisibly()
    {
        var client = await StartAsync(tasks =>
            tasks.AddOrchestratorFunc<object, string>(
                "stray",
                async (context, _) =>
                {
                    await Task.Delay(100);
                    return "never";
                }
            )
        );

        var end = await RunAsync(client, "stray");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Contains("not durable", end.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OptionsAsInput_WithoutOptions_AreRefused()
    {
        var client = await StartAsync(tasks =>
            tasks.AddOrchestratorFunc<object, string>(
                "trap",
                (context, _) => context.CallActivityAsync<string>("any", (object)new TaskOptions())
            )
        );

        Assert.Equal(typeof(ArgumentException).ToString(), (await RunAsync(client, "trap")).FailureDetails!.ErrorType);
    }

    [Theory]
    [InlineData("activity")]
    [InlineData("orchestrator")]
    public async Task Call_WithoutAName_FailsItsOrchestration(string kind)
    {
        var client = await StartAsync(tasks =>
            tasks.AddOrchestratorFunc<string, int>(
                "caller",
                (context, what) => what == "activity" ? context.CallActivityAsync<int>("") : context.CallSubOrchestratorAsync<int>("")
            )
        );

        var end = await RunAsync(client, "caller", kind);

        Assert.Equal(typeof(ArgumentException).ToString(), end.FailureDetails!.ErrorType);
    }

    [Fact]
    public async Task Orchestrator_ReturningNoTask_Fails()
    {
        var client = await StartAsync(tasks => tasks.AddOrchestrator("none", () => new Returning(null)));

        var end = await RunAsync(client, "none");

        Assert.Equal(
            (OrchestrationRuntimeStatus.Failed, typeof(InvalidOperationException).ToString()),
            (end.RuntimeStatus, end.FailureDetails!.ErrorType)
        );
    }

    private sealed class Returning(Task<object?>? task) : ITaskOrchestrator
    {
        public Type InputType => typeof(object);

        public Type OutputType => typeof(object);

        public Task<object?> RunAsync(TaskOrchestrationContext context, object? input) => task!;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public async Task Failure_WithPropertiesOfItsException_CarriesThemThroughAllLevels(int warm)
    {
        var client = await StartAsync(
            tasks =>
                tasks
                    .AddOrchestratorFunc<object, string>(
                        "top",
                        async (context, _) =>
                        {
                            try
                            {
                                await context.CallSubOrchestratorAsync("middle");
                                return "";
                            }
                            catch (TaskFailedException e)
                            {
                                await context.CreateTimer(TimeSpan.FromSeconds(1), CancellationToken.None);
                                var properties = e.FailureDetails.InnerFailure!.Properties!;
                                return string.Join(
                                    ' ',
                                    properties.Select(property => $"{property.Key}={Text(property.Value)}:{property.Value?.GetType().Name}")
                                );
                            }
                        }
                    )
                    .AddOrchestratorFunc("middle", context => context.CallActivityAsync("bottom"))
                    .AddActivityFunc("bottom", _ => throw new HttpRequestException("gone", null, System.Net.HttpStatusCode.Gone)),
            options =>
            {
                options.WarmInstances = warm;
                options.ConfigureServices = services => services.AddSingleton<IExceptionPropertiesProvider, HttpStatus>();
            }
        );

        Assert.Equal(
            "status=410:Double final=True:Boolean host=: at=02/01/2030 03:04:05:DateTime until=02/01/2030 03:04:05 +02:00:DateTimeOffset "
                + "name=Gone:String tries=[1,2.5,late,]:List`1 more=[[inner, 7]]:Dictionary`2",
            Output<string>(await RunAsync(client, "top"))
        );

        static string Text(object? value) =>
            value is IEnumerable list and not string
                ? $"[{string.Join(',', list.Cast<object?>())}]"
                : Convert.ToString(value, CultureInfo.InvariantCulture)!;
    }

    [Theory]
    [InlineData("activity")]
    [InlineData("orchestrator")]
    [InlineData("status")]
    [InlineData("input")]
    public async Task Failure_ThatCannotBeDescribed_IsAFailureAllTheSame(string where)
    {
        var client = await StartAsync(
            tasks =>
                tasks
                    .AddOrchestratorFunc<string, int>(
                        "odd",
                        async (context, kind) =>
                        {
                            await context.WaitForExternalEvent<object>("go");
                            switch (kind)
                            {
                                case "activity":
                                    return await context.CallActivityAsync<int>("odd");
                                case "orchestrator":
                                    throw new UnspeakableException();
                                case "status":
                                    context.SetCustomStatus(new Func<int>(() => 1));
                                    break;
                                default:
                                    context.ContinueAsNew(new Func<int>(() => 1));
                                    break;
                            }

                            return 1;
                        }
                    )
                    .AddActivityFunc<object, int>("odd", int (_, _) => throw new UnspeakableException()),
            options => options.ConfigureServices = services => services.AddSingleton<IExceptionPropertiesProvider, Unserializable>()
        );
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        var id = await client.ScheduleNewOrchestrationInstanceAsync("odd", where);

        // The client's call comes back, too.
        await client.RaiseEventAsync(id, "go", null, limit.Token);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await EndAsync(client, id)).RuntimeStatus);
    }

    private sealed class UnspeakableException : Exception
    {
        public override string Message => throw new InvalidOperationException("unspeakable");

        public override string? StackTrace => throw new InvalidOperationException("unspeakable");
    }

    private sealed class Unserializable : IExceptionPropertiesProvider
    {
        public IDictionary<string, object?>? GetExceptionProperties(Exception exception) =>
            new Dictionary<string, object?> { ["callback"] = new Func<int>(() => 1) };
    }

    private sealed class HttpStatus : IExceptionPropertiesProvider
    {
        public IDictionary<string, object?>? GetExceptionProperties(Exception exception) =>
            exception is HttpRequestException { StatusCode: { } status }
                ? new Dictionary<string, object?>
                {
                    ["status"] = (int)status,
                    ["final"] = true,
                    ["host"] = null,
                    ["at"] = new DateTime(2030, 2, 1, 3, 4, 5, DateTimeKind.Utc),
                    ["until"] = new DateTimeOffset(2030, 2, 1, 3, 4, 5, TimeSpan.FromHours(2)),
                    ["name"] = status,
                    ["tries"] = new List<object?> { 1, 2.5m, "late", null },
                    ["more"] = new Dictionary<string, object?> { ["inner"] = 7L },
                }
                : null;
    }
}
