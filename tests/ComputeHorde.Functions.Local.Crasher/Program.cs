using System.Diagnostics;
using ComputeHorde.Functions.Local.Crasher;

// Ends with who started it, however that one ends.
_ = Task.Run(static async () =>
{
    await Console.OpenStandardInput().CopyToAsync(Stream.Null);
    Process.GetCurrentProcess().Kill();
});

// Is meant to be killed. With "azurite" as the first argument it only runs Azurite.
if (args[0] == "azurite")
{
    await AzuriteParent.RunAsync(args);
}
else
{
    await DeadlyFunctions.RunAsync(args);
}
