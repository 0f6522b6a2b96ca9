using ComputeHorde.Durable.LocalHost.Commands;

return await CommandLine.RunAsync(args);
