using System.Diagnostics;

namespace ComputeHorde.DurableTask.Sqlite.Tests.Engine;

/// <summary>A real process on a real file, killed again and again at random moments.</summary>
public sealed class KillTests(ITestOutputHelper output) : IDisposable
{
    private const int Kills = 6;
    private const int Workflows = 400;

    private readonly string _folder = Directory.CreateTempSubdirectory("kill").FullName;

    [Fact]
    public async Task Workflows_OfAKilledProcess_EndAsUndisturbed()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("DURABLE_CRASH_SEED"), out var given) ? given : Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var kill = 0; kill < Kills; kill++)
        {
            using var process = Start(seed);
            Assert.Equal("running", await process.StandardOutput.ReadLineAsync());
            await Task.Delay(random.Next(150));
            process.Kill();
            await process.WaitForExitAsync();
            output.WriteLine(process.ExitCode == 0 ? "it was faster" : "killed");
        }

        using var last = Start(seed);
        var text = await last.StandardOutput.ReadToEndAsync();
        await last.WaitForExitAsync();

        Assert.True(last.ExitCode == 0, $"Seed {seed}: {text}");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Process Start(int seed)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "ComputeHorde.DurableTask.Sqlite.Crasher.dll");
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        foreach (var argument in new[] { "exec", program, Path.Combine(_folder, "hub.db"), $"{seed}", $"{Workflows}" })
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start) ?? throw new InvalidOperationException("No process.");
    }
}
