using System.Diagnostics;
using Azure;

namespace ComputeHorde.Storage.Local.Tests.Crash;

/// <summary>
/// The process is killed under load: whatever it answered is there afterwards, whole. <c>STORAGE_KILLS</c> sets how many times.
/// </summary>
public sealed class KillTests
{
    private const int ClientCount = 8;
    private static readonly int Kills = int.Parse(Environment.GetEnvironmentVariable("STORAGE_KILLS") ?? "4");

    [Fact]
    public async Task Kill_UnderLoad_LosesNothingAnswered()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(1);
        var workloads = Enumerable.Range(0, ClientCount).Select(client => new Workload(client, new Random(client))).ToList();
        string? connection = null;
        for (var kill = 0; kill < Kills; kill++)
        {
            using (var process = Start(folder.Path))
            {
                var served = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
                Assert.True(connection is null || served == connection, "The account or its ports changed.");
                connection = served!;
                await KillUnderLoadAsync(process, connection, workloads, after: 100 + random.Next(400));
            }

            await using var storage = await LocalStorage.StartAsync(new LocalStorageOptions { DataFolder = folder.Path, Listen = false });
            foreach (var workload in workloads)
            {
                await workload.CheckAsync(storage);
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Kills} kills, {workloads.Sum(workload => workload.Answered)} operations answered"
        );
    }

    private static async Task KillUnderLoadAsync(Process process, string connection, List<Workload> workloads, int after)
    {
        await Clients.BlobsOverHttp(connection).GetBlobContainerClient(Workload.Container).CreateIfNotExistsAsync();
        using var ended = new CancellationTokenSource();
        var before = workloads.Sum(workload => workload.Answered);
        var loads = workloads.Select(workload => UntilTheKillAsync(workload, connection, ended.Token)).ToList();
        await Eventually.TrueAsync(() => workloads.Sum(workload => workload.Answered) - before >= after, "enough was answered");
        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await Task.WhenAll(loads);
    }

    private static async Task UntilTheKillAsync(Workload workload, string connection, CancellationToken cancellation)
    {
        try
        {
            await workload.RunAsync(Clients.BlobsOverHttp(connection), Clients.QueuesOverHttp(connection), int.MaxValue, cancellation);
        }
        catch (Exception failure) when (failure is RequestFailedException or IOException)
        {
            // The process is gone.
        }
    }

    private static Process Start(string folder) =>
        Process.Start(
            new ProcessStartInfo(
                Path.Combine(
                    AppContext.BaseDirectory,
                    OperatingSystem.IsWindows() ? "ComputeHorde.Storage.Local.Crasher.exe" : "ComputeHorde.Storage.Local.Crasher"
                ),
                [folder]
            )
            {
                RedirectStandardOutput = true,
            }
        )!;
}
