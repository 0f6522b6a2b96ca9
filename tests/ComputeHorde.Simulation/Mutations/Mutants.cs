using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using ComputeHorde.Simulation.World;

namespace ComputeHorde.Simulation.Mutations;

/// <summary>
/// Compiles the application with mutations in it that can be switched on, by the compiler of the SDK. The product itself knows nothing of
/// them.
/// </summary>
internal sealed class Mutants : IDisposable
{
    private const string GlobalUsings = """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
        """;

    private readonly DirectoryInfo _folder;
    private readonly FieldInfo _switch;

    private Mutants(DirectoryInfo folder, Assembly assembly)
    {
        _folder = folder;
        Application = new Application(assembly);
        _switch = assembly.GetType(Mutation.Class, throwOnError: true)!.GetField("Name")!;
    }

    public Application Application { get; }

    /// <summary>The name of the mutation that is switched on; empty for none.</summary>
    public string Active
    {
        set => _switch.SetValue(null, value);
    }

    public static async Task<Mutants> CompileAsync()
    {
        var folder = Directory.CreateTempSubdirectory("computehorde-mutants-");
        var sources = Path.Combine(Application.RepositoryRoot, "src", "ComputeHorde.Durable");
        var files = Directory
            .EnumerateFiles(sources, "*.cs", SearchOption.AllDirectories)
            .Where(file => Path.GetRelativePath(sources, file).Split(Path.DirectorySeparatorChar)[0] is not ("obj" or "bin"))
            .Select(file => Mutate(folder, sources, file))
            .Append(Write(folder, "GlobalUsings.cs", GlobalUsings))
            .Append(Write(folder, "Switch.cs", $"public static class {Mutation.Class} {{ public static string Name = \"\"; }}"))
            .ToList();
        var output = Path.Combine(folder.FullName, "ComputeHorde.Durable.dll");
        await CompileAsync(folder, files, output, Path.Combine(sources, "OpenApi", "openapi.json"));
        return new Mutants(folder, new AssemblyLoadContext("mutants").LoadFromAssemblyPath(output));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static string Mutate(DirectoryInfo folder, string sources, string file)
    {
        var name = Path.GetRelativePath(sources, file).Replace('\\', '/');
        var mutations = Mutation.All.SelectMany(static all => all).Where(mutation => mutation.File == name).ToList();
        if (mutations.Count == 0)
        {
            return file;
        }

        var text = File.ReadAllText(file);
        foreach (var mutation in mutations)
        {
            if (text.Split(mutation.Original).Length != 2)
            {
                throw new InvalidOperationException(
                    $"Mutation '{mutation.Name}': {name} does not hold this once any more: {mutation.Original}"
                );
            }

            text = text.Replace(
                mutation.Original,
                mutation.Replacement.Replace("{0}", $"({mutation.Switch})", StringComparison.Ordinal),
                StringComparison.Ordinal
            );
        }

        return Write(folder, name.Replace('/', '.'), text);
    }

    private static string Write(DirectoryInfo folder, string name, string text)
    {
        var path = Path.Combine(folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static async Task CompileAsync(DirectoryInfo folder, IEnumerable<string> files, string output, string openApi)
    {
        var dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        var sdk = Directory
            .GetDirectories(Path.Combine(dotnet, "sdk"))
            .OrderBy(static path => path, StringComparer.Ordinal)
            .Last(static path => File.Exists(Path.Combine(path, "Roslyn", "bincore", "csc.dll")));
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(static path => Path.GetFileName(path) is not ("ComputeHorde.Durable.dll" or "ComputeHorde.Simulation.dll"));
        var generators = Directory
            .EnumerateFiles(Path.Combine(dotnet, "packs"), "*.dll", SearchOption.AllDirectories)
            .Where(static path =>
                Path.GetFileName(path) is "Microsoft.Extensions.Logging.Generators.dll" or "System.Text.RegularExpressions.Generator.dll"
            );
        var response = Write(
            folder,
            "compile.rsp",
            string.Join(
                '\n',
                [
                    "/nologo",
                    "/target:library",
                    "/nullable:enable",
                    "/langversion:latest",
                    "/unsafe",
                    "/nowarn:CS1701,CS1702,CS8632",
                    $"/out:\"{output}\"",
                    $"/resource:\"{openApi}\",openapi.json",
                    .. references.Select(static path => $"/reference:\"{path}\""),
                    .. generators.Select(static path => $"/analyzer:\"{path}\""),
                    .. files.Select(static path => $"\"{path}\""),
                ]
            )
        );
        using var compiler = Process.Start(
            new ProcessStartInfo(
                Path.Combine(dotnet, "dotnet"),
                ["exec", Path.Combine(sdk, "Roslyn", "bincore", "csc.dll"), $"@{response}"]
            )
            {
                RedirectStandardOutput = true,
            }
        )!;
        var said = await compiler.StandardOutput.ReadToEndAsync();
        await compiler.WaitForExitAsync();
        if (compiler.ExitCode != 0)
        {
            throw new InvalidOperationException($"The mutants do not compile:\n{said}");
        }
    }
}
