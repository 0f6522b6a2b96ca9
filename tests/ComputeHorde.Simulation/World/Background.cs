namespace ComputeHorde.Simulation.World;

/// <summary>What nobody waits for.</summary>
internal static class Background
{
    public static void Begin(Func<Task> work) => _ = RunAsync(work);

    private static async Task RunAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception)
        {
            // What the application throws is its own business, and what is wrong shows in the facts.
        }
    }
}
