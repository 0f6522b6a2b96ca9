using System.Diagnostics;
using ComputeHorde.Functions.Local.Crasher;

// Ends with who started it, however that one ends.
_ = Task.Run(static async () =>
{
    await Console.OpenStandardInput().CopyToAsync(Stream.Null);
    Process.GetCurrentProcess().Kill();
});

await DeadlyFunctions.RunAsync(args);
