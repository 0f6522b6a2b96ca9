using System.Reflection;

namespace ComputeHorde.Durable.Azure.Tests.Infra;

/// <summary>The Bicep compiler from its package, which knows every resource type of Azure and needs no network.</summary>
internal static class Bicep
{
    public const string SubscriptionId = "33333333-3333-3333-3333-333333333333";

    private static readonly Lazy<string> Tool = new(Find);

    public static bool IsAvailable =>
        OperatingSystem.IsLinux()
        && System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.X64;

    /// <summary>What compiler and linter say of a file; nothing when it is right.</summary>
    public static async Task<string> LintAsync(string folder, string file)
    {
        var result = await RunAsync(folder, "lint", file);
        return result.Output + result.Error;
    }

    /// <summary>Compiles to the ARM template; the text is what the compiler complained about.</summary>
    public static async Task<(string Template, string Complaints)> BuildAsync(string folder, string file)
    {
        var result = await RunAsync(folder, "build", file, "--stdout");
        return (result.Output, result.Error);
    }

    /// <summary>Formats every file below a folder, in place.</summary>
    public static Task FormatAsync(string folder) => RunAsync(folder, "format", "--pattern", "**/*.bicep");

    /// <summary>The resources that a deployment with these parameters would make, loops and modules expanded.</summary>
    public static async Task<Deployment> PredictAsync(string folder, params (string Name, string Value)[] parameters)
    {
        var name = $"test-{Guid.NewGuid():N}";
        var lines = parameters.Select(static parameter => $"param {parameter.Name} = {parameter.Value}");
        await File.WriteAllTextAsync(
            Path.Combine(folder, name + ".bicepparam"),
            string.Join('\n', ["using 'main.bicep'", .. lines]) + "\n"
        );
        var result = await RunAsync(
            folder,
            "snapshot",
            name + ".bicepparam",
            "--subscription-id",
            SubscriptionId,
            "--tenant-id",
            Guid.Empty.ToString("D"),
            "--location",
            "westeurope"
        );
        return result.ExitCode == 0
            ? Deployment.Parse(await File.ReadAllTextAsync(Path.Combine(folder, name + ".snapshot.json")))
            : throw new InvalidOperationException(result.Output + result.Error);
    }

    private static async Task<ToolResult> RunAsync(string folder, params string[] arguments) =>
        await Repository.RunAsync(folder, Tool.Value, arguments)
        ?? throw new FileNotFoundException("The Bicep compiler cannot be started.", Tool.Value);

    private static string Find()
    {
        var path = typeof(Bicep)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(static item => item.Key == "Bicep")
            .Value!;
        if (!OperatingSystem.IsWindows())
        {
            // A package cannot carry the bit on every system that it is unpacked on.
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.UserExecute);
        }

        return path;
    }
}
