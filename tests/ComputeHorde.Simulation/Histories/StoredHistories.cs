using ComputeHorde.DurableTask.Sqlite;
using ComputeHorde.Functions.Local.Durable;
using ComputeHorde.Simulation.World;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;

namespace ComputeHorde.Simulation.Histories;

/// <summary>
/// The histories of each fate, by the version that exported them: <c>tests/histories/&lt;version&gt;</c>. Today's code must replay them
/// all.
/// </summary>
internal static class StoredHistories
{
    private static readonly Lazy<HistoryReplayer> Replayer = new(MakeReplayer);

    public static string Root => Path.Combine(Application.RepositoryRoot, "tests", "histories");

    public static IEnumerable<string> All =>
        Directory
            .EnumerateFiles(Root, "*.json", SearchOption.AllDirectories)
            .Select(static file => Path.GetRelativePath(Root, file))
            .Order(StringComparer.Ordinal);

    /// <summary>Lives every fate once and writes what their orchestrations went through, in place of what stood there.</summary>
    public static async Task<int> ExportAsync(string version)
    {
        var report = await Life.RunAsync(Fates.Scenario);
        if (report.Broken.Count > 0)
        {
            Console.WriteLine(report.Describe());
            return 1;
        }

        var folder = Directory.CreateDirectory(Path.Combine(Root, version));
        foreach (var old in folder.EnumerateFiles("*.json"))
        {
            old.Delete();
        }

        foreach (var (name, history) in report.Histories)
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, name.Replace('~', '.').Replace(' ', '-') + ".json"), history + "\n");
        }

        Console.WriteLine($"{report.Histories.Count} histories in {folder.FullName}");
        return 0;
    }

    /// <exception cref="NonDeterministicOrchestrationException">Today's code does something else.</exception>
    public static void Replay(string file) => Replayer.Value.Replay(File.ReadAllText(Path.Combine(Root, file)));

    private static HistoryReplayer MakeReplayer()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        Application.AddSerializer(services);
        var provider = services.BuildServiceProvider();
        return new HistoryReplayer(registry => AddOrchestrators(registry, provider), provider);
    }

    private static void AddOrchestrators(DurableTaskRegistry registry, IServiceProvider services)
    {
        var functions = new ApplicationFunctions(
            Application.Today,
            services,
            static () => throw new InvalidOperationException("Orchestrators have no client.")
        );
        foreach (
            var function in functions.All.Where(static function => function.Descriptor.Trigger.Attribute is OrchestrationTriggerAttribute)
        )
        {
            var orchestrator = new FunctionOrchestrator(function, functions.Runner);
            registry.AddOrchestrator(orchestrator.Name, orchestrator);
        }
    }
}
