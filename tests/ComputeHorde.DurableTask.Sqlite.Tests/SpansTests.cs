using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.DurableTask.Sqlite.Tests;

public sealed class SpansTests
{
    [Fact]
    public async Task Spans_OfAnOrchestrationAndWhatItCalls_FormOneTree()
    {
        using var source = new ActivitySource(nameof(SpansTests));
        var spans = new ConcurrentQueue<Activity>();
        using var root = new ActivityListener
        {
            ShouldListenTo = candidate => candidate.Name is nameof(SpansTests) or "Microsoft.DurableTask",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(root);
        await using var host = await TestHost.StartAsync(tasks =>
            tasks
                .AddOrchestratorFunc<object, string>(
                    "spans-parent",
                    async (context, _) =>
                    {
                        await context.CreateTimer(TimeSpan.FromMilliseconds(10), CancellationToken.None);
                        return await context.CallSubOrchestratorAsync<string>("spans-child");
                    }
                )
                .AddOrchestratorFunc<object, string>("spans-child", (context, _) => context.CallActivityAsync<string>("spans-activity"))
                .AddActivityFunc<object, string>("spans-activity", string (_, _) => throw new TimeoutException("too late"))
        );
        ActivityTraceId trace;
        using (var test = source.StartActivity("test"))
        {
            trace = test!.TraceId;
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
            var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("spans-parent", new StartOrchestrationOptions("spans"));
            await host.Client.WaitForInstanceCompletionAsync(id, limit.Token);
            await host.Client.RaiseEventAsync(id, "news", "late");
            Assert.Empty((await host.Client.GetInstanceAsync(id))!.Tags);
        }

        // Only this test's: others run beside it.
        var mine = spans.Where(span => span.TraceId == trace).ToList();
        var parents = mine.ToDictionary(span => span.SpanId);
        Assert.Equal(
            """
            test/create_orchestration:spans-parent Producer Unset
            test/create_orchestration:spans-parent/orchestration:spans-parent Server Error
            test/create_orchestration:spans-parent/orchestration:spans-parent/orchestration:spans-child Client Error
            test/create_orchestration:spans-parent/orchestration:spans-parent/orchestration:spans-child/orchestration:spans-child Server Error
            test/create_orchestration:spans-parent/orchestration:spans-parent/orchestration:spans-child/orchestration:spans-child/activity:spans-activity Client Error
            test/create_orchestration:spans-parent/orchestration:spans-parent/orchestration:spans-child/orchestration:spans-child/activity:spans-activity/activity:spans-activity Server Error
            test/create_orchestration:spans-parent/orchestration:spans-parent/orchestration:spans-parent:timer Internal Unset
            test/orchestration_event:news Producer Unset
            """,
            string.Join(
                '\n',
                mine.Where(span => span.OperationName != "test")
                    .Select(span => $"{PathOf(span)} {span.Kind} {span.Status}")
                    .Order(StringComparer.Ordinal)
            ),
            ignoreLineEndingDifferences: true
        );
        Assert.All(mine.Where(span => span.OperationName != "test"), span => Assert.NotNull(span.GetTagItem("durabletask.type")));

        string PathOf(Activity span) =>
            parents.TryGetValue(span.ParentSpanId, out var parent) ? $"{PathOf(parent)}/{span.OperationName}" : span.OperationName;
    }
}
