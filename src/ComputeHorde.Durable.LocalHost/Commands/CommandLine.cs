using System.CommandLine;

namespace ComputeHorde.Durable.LocalHost.Commands;

/// <summary>The command line: <c>demo</c> (the default), <c>serve</c>, <c>emulator</c>, <c>func</c>, <c>doctor</c>, <c>runs</c>.</summary>
internal static class CommandLine
{
    /// <summary>Parses and runs.</summary>
    /// <returns>0 when the command did what it says, 1 when it failed, 2 when the command line is wrong, 130 when it was
    /// interrupted.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var parsed = Create().Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync($"error: {error.Message}");
            }

            await Console.Error.WriteLineAsync("See --help.");
            return 2;
        }

        // Time to drain: what is in flight is finished or left to be resumed.
        return await parsed.InvokeAsync(
            new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(30) }
        );
    }

    internal static RootCommand Create()
    {
        var demo = DemoCommand.Create();
        var root = new RootCommand("Runs ComputeHorde jobs to completion on this machine. Without a command: the demo.")
        {
            demo,
            ServeCommand.Create(),
            EmulatorCommand.Create(),
            FuncCommand.Create(),
            DoctorCommand.Create(),
            RunsCommand.Create(),
        };
        foreach (var option in demo.Options)
        {
            root.Options.Add(option);
        }

        root.Action = demo.Action;
        return root;
    }
}
