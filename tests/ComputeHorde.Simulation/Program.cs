using ComputeHorde.Simulation;
using ComputeHorde.Simulation.Soaks;

// One thread does everything, so that a seed is the same life each time. Set here and not in the project: the host of `dotnet test` reads
// that, and stands still.
ThreadPool.SetMinThreads(1, 1);
ThreadPool.SetMaxThreads(1, 1);

return args.Length > 0 && args[0].StartsWith("--", StringComparison.Ordinal) && Command.Knows(args[0])
    ? await Command.RunAsync(args)
    : await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
