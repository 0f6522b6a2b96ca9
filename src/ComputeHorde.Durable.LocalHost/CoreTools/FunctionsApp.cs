using System.Diagnostics;
using ComputeHorde.Durable.LocalHost.Commands;

namespace ComputeHorde.Durable.LocalHost.CoreTools;

/// <summary>The Functions app: a project that is built before it runs, or what was built already.</summary>
internal sealed class FunctionsApp
{
    private const string ProjectName = "ComputeHorde.Durable.Functions";

    private readonly string? _project;

    private FunctionsApp(string folder, string? project) => (Folder, _project) = (folder, project);

    /// <summary>Where local.settings.json belongs.</summary>
    public string Folder { get; }

    /// <exception cref="UserException">There is no app.</exception>
    public static FunctionsApp Find(string? given)
    {
        var folder = Path.GetFullPath(given ?? Path.Combine(ContentRoot.Find(), "src", ProjectName));
        var project = Path.Combine(folder, ProjectName + ".csproj");
        return File.Exists(project) ? new FunctionsApp(folder, project)
            : File.Exists(Path.Combine(folder, "host.json")) ? new FunctionsApp(folder, null)
            : throw new UserException(
                $"{folder} is no Functions app: it has neither {ProjectName}.csproj nor a host.json. Run this in the repository, or name the folder with --app."
            );
    }

    /// <summary>Builds the project, if it is one.</summary>
    /// <returns>The folder that Core Tools run.</returns>
    /// <exception cref="UserException">The build failed.</exception>
    public async Task<string> BuildAsync(CancellationToken cancellationToken)
    {
        if (_project is null)
        {
            return Folder;
        }

        Console.WriteLine("Building the Functions app");
        using var build = Process.Start(
            new ProcessStartInfo("dotnet", ["build", _project, "--nologo", "--verbosity", "quiet"]) { UseShellExecute = false }
        )!;
        await build.WaitForExitAsync(cancellationToken);
        return build.ExitCode == 0
            ? Path.Combine(Folder, "bin", "Debug", "net10.0")
            : throw new UserException($"{_project} does not build: see above.");
    }
}
