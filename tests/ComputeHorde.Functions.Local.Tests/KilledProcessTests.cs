using System.Diagnostics;

namespace ComputeHorde.Functions.Local.Tests;

/// <summary>
/// Functions whose process is killed in the middle of a run. What is promised: each message and blob is handled at least
/// once; a blob whose receipt was stored is not handled again; what kills every process that takes it up ends as poison.
/// </summary>
public sealed class KilledProcessTests(StorageFixture storage) : IDisposable
{
    private const int Parallel = 8;

    private readonly TempDirectory _root = new();
    private readonly string _name = $"killed-{Guid.NewGuid():N}";

    private string JournalPath => Path.Combine(_root.Path, "journal");

    [Fact]
    public async Task Message_KillingEachProcess_IsDeliveredAgainAndThenPoisonWhileOthersAreHandled()
    {
        await storage.SendAsync(_name, Convert.ToBase64String("die"u8));

        await DieAsync();
        await DieAsync();

        // Not before: a message that is in the hands of a killed process has been delivered as well.
        await storage.SendAsync(_name, Convert.ToBase64String("live"u8));
        using var last = Start();
        var poison = storage.Queue(_name + "-poison");
        await Eventually.TrueAsync(
            async () => await poison.ExistsAsync() && (await poison.PeekMessageAsync()).Value is not null,
            "the message is in the poison queue"
        );
        await Eventually.TrueAsync(
            () => Journal().Any(line => line.StartsWith("end live", StringComparison.Ordinal)),
            "the other message was handled"
        );
        await KillAsync(last);

        Assert.Equal(Convert.ToBase64String("die"u8), (await poison.PeekMessageAsync()).Value.Body.ToString());
        Assert.Equal(["begin die 1", "begin die 2"], Journal().Where(line => line.Contains("die", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Blob_KillingEachProcess_IsTriedAgainAndThenPoison()
    {
        await PutAsync("a", "die");

        await DieAsync();
        await DieAsync();
        using var last = Start();
        await PutAsync("b", "live");
        await Eventually.TrueAsync(() => Journal().Contains("end b"), "the other blob was handled");
        await KillAsync(last);

        Assert.Equal(2, Journal().Count(line => line == "begin a"));
        Assert.DoesNotContain("end a", Journal());
    }

    [Fact]
    public async Task Blobs_AThousandAtOnceWithAKillInTheMiddle_AreAllHandledAndOnlyThoseInFlightTwice()
    {
        const int Count = 1000;
        await storage.Container(_name).CreateIfNotExistsAsync();
        await System.Threading.Tasks.Parallel.ForAsync(
            0,
            Count,
            new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (i, _) => await PutAsync($"{i}", "live")
        );

        using (var first = Start(stopsAfter: Count / 3))
        {
            await Eventually.TrueAsync(() => Ended().Length >= Count / 3, "a third of the blobs was handled");
            await KillAsync(first);
        }

        var before = Ended();
        using var second = Start();
        await Eventually.TrueAsync(() => Ended().Distinct().Count() == Count, "every blob was handled");
        await KillAsync(second);

        var again = Ended().Skip(before.Length).ToArray();
        Assert.InRange(before.Length, Count / 3, (Count / 3) + Parallel);
        Assert.Equal(again.Length, again.Distinct().Count());
        Assert.InRange(before.Intersect(again).Count(), 0, Parallel);
    }

    public void Dispose() => _root.Dispose();

    private string[] Journal() => File.Exists(JournalPath) ? File.ReadAllLines(JournalPath) : [];

    private string[] Ended() => [.. Journal().Where(line => line.StartsWith("end ", StringComparison.Ordinal))];

    private async Task PutAsync(string name, string content)
    {
        await storage.Container(_name).CreateIfNotExistsAsync();
        await storage.Container(_name).GetBlobClient(name).UploadAsync(new BinaryData(content), overwrite: true);
    }

    private async Task DieAsync()
    {
        using var process = Start();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMinutes(5));
    }

    private static async Task KillAsync(Process process)
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    private Process Start(int stopsAfter = int.MaxValue)
    {
        File.WriteAllText(
            Path.Combine(_root.Path, "host.json"),
            $$"""
            {
              "version": "2.0",
              "extensions": {
                "queues": { "maxDequeueCount": 2, "maxPollingInterval": "00:00:00.2", "visibilityTimeout": "00:00:00" },
                "blobs": { "poisonBlobThreshold": 2, "maxDegreeOfParallelism": {{Parallel}} }
              }
            }
            """
        );
        var program = Path.Combine(AppContext.BaseDirectory, "ComputeHorde.Functions.Local.Crasher.dll");
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (
            var argument in new[]
            {
                "exec",
                program,
                "functions",
                storage.ConnectionString,
                _root.Path,
                Path.Combine(_root.Path, "data"),
                JournalPath,
                _name,
                _name,
                $"{stopsAfter}",
            }
        )
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start) ?? throw new InvalidOperationException("No process.");
    }
}
