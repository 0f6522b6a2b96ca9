using Azure;
using ComputeHorde.Storage.Local.Stores;

namespace ComputeHorde.Storage.Local.Tests.Crash;

/// <summary>
/// The power is cut before and after every kind of write: whatever was answered is there afterwards, whole. <c>STORAGE_SEEDS</c> sets how
/// many times.
/// </summary>
public sealed class PowerCutTests
{
    private const int Groups = 4;
    private const int Clients = 4;
    private const int Operations = 12;
    private static readonly int Seeds = int.Parse(Environment.GetEnvironmentVariable("STORAGE_SEEDS") ?? "200");

    public static TheoryData<int> GroupNumbers => [.. Enumerable.Range(0, Groups)];

    [Theory]
    [MemberData(nameof(GroupNumbers))]
    public async Task PowerCut_AtAnyWrite_LosesNothingAnswered(int group)
    {
        for (var seed = group; seed < Seeds; seed += Groups)
        {
            try
            {
                await RunAsync(seed);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                throw new InvalidOperationException($"Seed {seed}", failure);
            }
        }
    }

    private static async Task RunAsync(int seed)
    {
        var random = new Random(seed);
        using var first = new TemporaryFolder();
        using var second = new TemporaryFolder();
        var disk = new CutDisk();
        var cutAt = 20 + random.Next(200);
        var passed = 0;
        var torn = new Random(seed + 1);
        void Pass(StorePoint point)
        {
            // What a commit has just flushed counts as flushed only once it goes on: a cut within the commit tears it.
            if (++passed == cutAt)
            {
                disk.Cut(first.Path, second.Path, torn);
            }

            if (passed >= cutAt)
            {
                throw new PowerCut();
            }

            if (point == StorePoint.AfterCommit)
            {
                disk.LogIsFlushed(first.Path);
            }
        }

        var workloads = Enumerable.Range(0, Clients).Select(client => new Workload(client, new Random((seed * 31) + client))).ToList();
        var storage = await LocalStorage.StartAsync(
            new LocalStorageOptions { DataFolder = first.Path, Listen = false },
            disk,
            Pass,
            TestContext.Current.CancellationToken
        );
        try
        {
            await storage.NewContainerAsync(Workload.Container);
            await Task.WhenAll(workloads.Select(workload => UntilTheCutAsync(workload, storage)));
        }
        finally
        {
            if (passed < cutAt)
            {
                disk.LogIsFlushed(first.Path);
                disk.Cut(first.Path, second.Path, torn);
            }

            await storage.DisposeAsync();
        }

        await using var again = await LocalStorage.StartAsync(new LocalStorageOptions { DataFolder = second.Path, Listen = false });
        foreach (var workload in workloads)
        {
            await workload.CheckAsync(again);
        }

        // No file is left that nothing names.
        var named = SqliteDatabase.Number(((SqliteStore)again.Store).Reader.Connection, "SELECT count(*) FROM bodies WHERE bytes IS NULL");
        Assert.Equal(named, Directory.EnumerateFiles(Path.Combine(second.Path, "bodies")).Count());
    }

    private static async Task UntilTheCutAsync(Workload workload, LocalStorage storage)
    {
        try
        {
            await workload.RunAsync(storage.Blobs(), storage.Queues(), Operations, TestContext.Current.CancellationToken);
        }
        catch (RequestFailedException failure) when (failure.Status == 503)
        {
            // The power is cut.
        }
        catch (PowerCut) { }
    }
}
