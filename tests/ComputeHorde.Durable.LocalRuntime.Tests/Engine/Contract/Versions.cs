using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.LocalRuntime.Tests.Engine.Contract;

public abstract partial class EngineContract
{
    [Theory]
    [InlineData("2", "2")]
    [InlineData("", "1")]
    [InlineData(null, "1")]
    public async Task ContinueAsNew_WithAVersion_GoesOnInIt(string? next, string expected)
    {
        var client = await StartAsync(tasks => tasks.AddOrchestratorFunc<bool, string>("migrate", (context, isSecond) =>
        {
            if (!isSecond)
            {
                context.ContinueAsNew(new ContinueAsNewOptions { NewInput = true, NewVersion = next });
            }

            return context.Version;
        }));
        var id = await client.ScheduleNewOrchestrationInstanceAsync("migrate", new StartOrchestrationOptions { Version = "1" });

        Assert.Equal(expected, Output<string>(await EndAsync(client, id)));
    }

    [Theory]
    [InlineData("3", "child 3, activity 3")]
    [InlineData("", "child , activity ")]
    [InlineData(null, "child , activity 1")]
    public async Task Version_OfACall_IsInheritedOnlyByActivities(string? version, string expected)
    {
        var client = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<object, string>("parent", async (context, _) =>
            {
                var options = version is null ? new TaskOptions() : new TaskOptions { Version = version };
                return await context.CallSubOrchestratorAsync<string>("child", options)
                    + await context.CallActivityAsync<string>("activity", options);
            })
            .AddOrchestratorFunc<object, string>("child", (context, _) => $"child {context.Version}, ")
            .AddActivityFunc<object, string>("activity", (context, _) => $"activity {context.Version}"));
        var id = await client.ScheduleNewOrchestrationInstanceAsync("parent", new StartOrchestrationOptions { Version = "1" });

        Assert.Equal(expected, Output<string>(await EndAsync(client, id)));
    }

    [Fact]
    public async Task Tags_OfASubOrchestration_AreItsCallersAndItsOwn()
    {
        var calls = 0;
        var client = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("parent", context => context.CallSubOrchestratorAsync("child", new SubOrchestrationOptions(
                new TaskOptions(new RetryPolicy(2, TimeSpan.FromSeconds(1)), new Dictionary<string, string> { ["own"] = "1", ["both"] = "child" }), "child")))
            .AddOrchestratorFunc("child", context => context.CallSubOrchestratorAsync("grandchild", new SubOrchestrationOptions(instanceId: "grandchild")))
            .AddOrchestratorFunc("grandchild", _ =>
            {
                if (++calls == 1)
                {
                    throw new TimeoutException();
                }
            }));
        var tags = new Dictionary<string, string> { ["inherited"] = "2", ["both"] = "parent" };
        var id = await client.ScheduleNewOrchestrationInstanceAsync("parent", new StartOrchestrationOptions { Tags = tags });
        await EndAsync(client, id);

        foreach (var descendant in new[] { "child", "grandchild" })
        {
            var found = await EndAsync(client, descendant);
            Assert.Equal(OrchestrationRuntimeStatus.Completed, found.RuntimeStatus);
            Assert.Equal(["both=child", "inherited=2", "own=1"], found.Tags.Select(tag => $"{tag.Key}={tag.Value}").Order());
        }
    }
}
