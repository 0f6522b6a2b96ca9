using Microsoft.DurableTask;

namespace ComputeHorde.DurableTask.Sqlite.Tests.DurableTask;

public sealed class OptionsTests
{
    private static readonly Dictionary<string, string> Tags = new() { ["team"] = "blue" };

    [Fact]
    public void SubOrchestrationOptions_MadeFromOthers_KeepAllOfThem()
    {
        var original = new SubOrchestrationOptions(new RetryPolicy(3, TimeSpan.FromSeconds(1)), "id") { Tags = Tags, Version = "1.0" };

        foreach (var copy in new[] { new SubOrchestrationOptions(original), new SubOrchestrationOptions((TaskOptions)original) })
        {
            Assert.Equal(original, copy);
            Assert.Same(Tags, copy.Tags);
        }

        Assert.Equal("other", new SubOrchestrationOptions(original, "other").InstanceId);
    }

    [Fact]
    public void Version_OfSubOrchestrationOptions_IsThatOfItsBase()
    {
        TaskOptions options = new SubOrchestrationOptions { Version = "2" };

        Assert.Equal(new TaskVersion("2"), options.Version);
        Assert.Equal(new TaskVersion("1"), new TaskOptions(tags: Tags) { Version = "1" }.WithInstanceId("id").Version);
    }

    [Fact]
    public void TaskAndStartOptions_Copied_AreEqual()
    {
        var task = new TaskOptions(new RetryPolicy(3, TimeSpan.FromSeconds(1)), Tags) { Version = "1" };
        var start = new StartOrchestrationOptions("id", DateTimeOffset.UnixEpoch) { Tags = Tags, Version = "1", DedupeStatuses = ["Failed"] };

        Assert.Equal(task, new TaskOptions(task));
        Assert.Equal(start, new StartOrchestrationOptions(start));
    }
}
