using ComputeHorde.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.DurableTask.Sqlite.Tests.Engine;

/// <summary>Files that must not be opened are refused with a message that says why.</summary>
public sealed class StoreFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("file").FullName;

    private string DatabasePath => Path.Combine(_folder, "hub.db");

    [Fact]
    public async Task Open_Twice_IsRefused()
    {
        await using var host = await OpenAsync();

        var error = await Assert.ThrowsAsync<DurableStoreException>(OpenAsync);

        Assert.Contains("in use by another host", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PRAGMA user_version = 99", "newer version")]
    [InlineData("PRAGMA application_id = 7", "another program")]
    public async Task Open_OfNewerOrForeignFile_IsRefused(string change, string reason)
    {
        await (await OpenAsync()).DisposeAsync();
        using (var connection = new SqliteConnection($"Data Source={DatabasePath};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = change;
            command.ExecuteNonQuery();
        }

        var error = await Assert.ThrowsAsync<DurableStoreException>(OpenAsync);

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains(DatabasePath, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4096)]
    public async Task Open_OfDamagedFile_IsRefused(int offset)
    {
        await (await OpenAsync()).DisposeAsync();
        await using (var file = File.OpenWrite(DatabasePath))
        {
            file.Position = offset;
            file.Write(Enumerable.Repeat((byte)0x5A, 4096).ToArray());
        }

        var error = await Assert.ThrowsAsync<DurableStoreException>(OpenAsync);

        Assert.Contains("damaged", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_LeavesAFile_ThatIsTakenUpAgain()
    {
        await using (var host = await OpenAsync())
        {
            await host.Client.ScheduleNewOrchestrationInstanceAsync("wait", new StartOrchestrationOptions("one"));
        }

        await using var next = await OpenAsync();
        await next.Client.RaiseEventAsync("one", "go", "x");

        Assert.Equal("x", (await next.Client.WaitForInstanceCompletionAsync("one", getInputsAndOutputs: true)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Start_OnAFileWhereAllWaitForTimers_LetsThemGoOff()
    {
        DateTime due;
        await using (var host = await OpenAsync())
        {
            due = DateTime.UtcNow.AddSeconds(1);
            await host.Client.ScheduleNewOrchestrationInstanceAsync("sleep", due, new StartOrchestrationOptions("one"));
            await Eventually.TrueAsync(() => host.Hub.CountHistoryEvents("one") == 3, "the timer is set");
        }

        // Nothing else happens: it is the timer alone that must be seen.
        await using var next = await OpenAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        var end = await next.Client.WaitForInstanceCompletionAsync("one", getInputsAndOutputs: true, limit.Token);

        Assert.True(end.ReadOutputAs<DateTime>() >= due);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Open_OfAFileOfAnEarlierVersion_GoesOn(int version)
    {
        await using (var host = await OpenAsync())
        {
            await host.Client.ScheduleNewOrchestrationInstanceAsync("wait", new StartOrchestrationOptions("one"));
        }

        using (var connection = new SqliteConnection($"Data Source={DatabasePath};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = $"DROP TABLE used; PRAGMA user_version = {version}";
            command.ExecuteNonQuery();
        }

        await using var next = await OpenAsync();
        await next.Client.RaiseEventAsync("one", "go", "x");

        Assert.Equal("x", (await next.Client.WaitForInstanceCompletionAsync("one", getInputsAndOutputs: true)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Key_OfAPurgedInstance_IsNotUsedAgainAfterARestart()
    {
        long purged;
        await using (var host = await OpenAsync())
        {
            await host.Client.ScheduleNewOrchestrationInstanceAsync("wait", new StartOrchestrationOptions("one"));
            purged = host.Hub.Engine.Directory.Peek("one")!.Row.Key;
            await host.Client.TerminateInstanceAsync("one");
            Assert.Equal(1, (await host.Client.PurgeInstanceAsync("one")).PurgedInstanceCount);
        }

        await using var next = await OpenAsync();
        await next.Client.ScheduleNewOrchestrationInstanceAsync("wait", new StartOrchestrationOptions("two"));

        Assert.True(next.Hub.Engine.Directory.Peek("two")!.Row.Key > purged);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<TestHost> OpenAsync() =>
        TestHost.StartAsync(
            tasks =>
                tasks
                    .AddOrchestratorFunc<object, string>("wait", (context, _) => context.WaitForExternalEvent<string>("go"))
                    .AddOrchestratorFunc<DateTime, DateTime>(
                        "sleep",
                        async (context, due) =>
                        {
                            await context.CreateTimer(due, CancellationToken.None);
                            return context.CurrentUtcDateTime;
                        }
                    ),
            new TestHostOptions { DatabasePath = DatabasePath }
        );
}
