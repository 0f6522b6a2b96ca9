using System.Diagnostics;

namespace ComputeHorde.Durable.Azure.Tests;

/// <summary>The working copy that the tests run in, and the tools it is checked with.</summary>
internal static class Repository
{
    private static readonly TimeSpan ToolTimeout = TimeSpan.FromMinutes(10);

    public static string Root { get; } = FindRoot();

    public static string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    public static string ReadText(params string[] parts) => File.ReadAllText(Path(parts));

    /// <summary>Runs a tool and gives what it printed; null when it is not installed.</summary>
    public static async Task<ToolResult?> RunAsync(string folder, string tool, params string[] arguments)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(tool, arguments)
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            },
        };
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }

        using var timeout = new CancellationTokenSource(ToolTimeout);
        var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
        var error = process.StandardError.ReadToEndAsync(timeout.Token);
        await process.WaitForExitAsync(timeout.Token);
        return new ToolResult(process.ExitCode, await output, await error);
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "ComputeHorde.Durable.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No ComputeHorde.Durable.sln above {AppContext.BaseDirectory}.");
    }
}

/// <summary>What a tool did.</summary>
internal sealed record ToolResult(int ExitCode, string Output, string Error);
