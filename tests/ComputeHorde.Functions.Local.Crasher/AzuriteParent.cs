using ComputeHorde.Functions.Local;

namespace ComputeHorde.Functions.Local.Crasher;

/// <summary>A process that has an Azurite as its child. Arguments: the word "azurite", the data directory.</summary>
internal static class AzuriteParent
{
    internal static async Task RunAsync(string[] args)
    {
        await using var azurite = await AzuriteServer.StartAsync(new AzuriteOptions { DataDirectory = args[1] });
        Console.WriteLine(azurite.ProcessId);
        Console.WriteLine(azurite.ConnectionString);
        await Task.Delay(Timeout.Infinite);
    }
}
