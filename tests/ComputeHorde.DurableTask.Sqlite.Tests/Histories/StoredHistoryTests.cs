using ComputeHorde.DurableTask.Sqlite.Engine;

namespace ComputeHorde.DurableTask.Sqlite.Tests.Histories;

/// <summary>What earlier versions stored, in a folder for each: it must replay, and a file of theirs must go on.</summary>
public sealed class StoredHistoryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("histories").FullName;

    public static TheoryData<string> Stored =>
        [.. Directory.EnumerateFiles(Root, "*.json", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Root, file))];

    private static string Root => Path.Combine(AppContext.BaseDirectory, "Histories");

    [Theory]
    [MemberData(nameof(Stored))]
    public void Replay_OfAStoredHistory_ComesOutTheSame(string file)
    {
        var history = File.ReadAllText(Path.Combine(Root, file));

        new HistoryReplayer(tasks => StoredOrchestrations.Register(tasks, Task.FromResult)).Replay(history);

        Assert.NotEmpty(HistoryDocument.Read(history).Turns);
    }

    [Theory]
    [InlineData("0.1.0")]
    public async Task Hub_OnAFileOfAnEarlierVersion_TakesUpWhatWasUnfinished(string version)
    {
        var path = Path.Combine(_folder, "hub.db");
        File.Copy(Path.Combine(Root, version, "hub.db"), path);
        await using var host = await TestHost.StartAsync(
            tasks => StoredOrchestrations.Register(tasks, text => Task.FromResult($"did {text}")),
            new TestHostOptions { DatabasePath = path }
        );
        await host.Client.RaiseEventAsync("waiting", "go on", "news");
        await host.Client.ResumeInstanceAsync("waiting:sub");

        Assert.Equal("said before 3newsheldsaid held", await EndAsync("waiting"));
        Assert.Equal("said to begin withdid work 3", await EndAsync("working"));
        Assert.Equal("\"enough\"", (await host.Client.GetInstanceAsync("terminated", getInputsAndOutputs: true))!.SerializedOutput);
        Assert.Equal("said awake", await EndAsync("sleeping"));
        Assert.Equal("sleeping", (await host.Client.GetInstanceAsync("sleeping"))!.Tags["kind"]);
        var failure = (await host.Client.GetInstanceAsync("failure", getInputsAndOutputs: true))!.FailureDetails!;
        Assert.Equal("the cause", failure.InnerFailure!.InnerFailure!.InnerFailure!.ErrorMessage);

        async Task<string?> EndAsync(string id)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
            return (await host.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, limit.Token)).ReadOutputAs<string>();
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
