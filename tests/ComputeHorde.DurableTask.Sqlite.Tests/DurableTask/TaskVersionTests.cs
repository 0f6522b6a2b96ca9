using Microsoft.DurableTask;

namespace ComputeHorde.DurableTask.Sqlite.Tests.DurableTask;

public sealed class TaskVersionTests
{
    [Fact]
    public void None_HoweverMade_IsEmptyAndEqual()
    {
        TaskVersion[] none = [default, TaskVersion.Unversioned, new(null), new(""), (string?)null];

        Assert.All(none, version =>
        {
            Assert.Equal("", version.Version);
            Assert.Equal("", (string)version);
            Assert.Equal(TaskVersion.Unversioned, version);
            Assert.Equal(default(TaskVersion).GetHashCode(), version.GetHashCode());
        });
    }

    [Fact]
    public void WhiteSpace_IsRefused_WhereverItIsGiven()
    {
        Assert.Throws<ArgumentException>(() => new TaskVersion("  "));
        Assert.Throws<ArgumentException>(() => new DurableTaskRegistry().AddOrchestrator<BlankVersion>());
    }

    [DurableTask("blank", Version = "  ")]
    private sealed class BlankVersion : TaskOrchestrator<string, string>
    {
        public override Task<string> RunAsync(TaskOrchestrationContext context, string input) => Task.FromResult(input);
    }
}
