using System.CommandLine;
using ComputeHorde.Benchmarks;

return new RootCommand("Benchmarks of ComputeHorde.Durable")
{
    CryptoCommand.Create(),
    CryptoTimingCommand.Create(),
    EngineCommand.Create(),
    PageCommand.Create(),
    TransactionsCommand.Create(),
}
    .Parse(args)
    .Invoke();
