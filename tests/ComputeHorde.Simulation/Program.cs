using ComputeHorde.Simulation;
using ComputeHorde.Simulation.Soaks;

return args.Length > 0 && args[0].StartsWith("--", StringComparison.Ordinal) && Command.Knows(args[0])
    ? await Command.RunAsync(args)
    : await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
