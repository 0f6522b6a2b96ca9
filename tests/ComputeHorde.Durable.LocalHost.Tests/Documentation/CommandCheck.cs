using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ComputeHorde.Durable.LocalHost.Commands;

namespace ComputeHorde.Durable.LocalHost.Tests.Documentation;

/// <summary>Looks for what a command of the documentation names: files, projects, options, parameters, containers, queues.</summary>
internal sealed partial class CommandCheck(string root)
{
    private static readonly string[] TestOptions = ["--filter", "--no-build", "-c"];

    private readonly string _main = File.ReadAllText(Path.Combine(root, "infra", "main.bicep"));
    private readonly string _storage = File.ReadAllText(Path.Combine(root, "infra", "app", "storage.bicep"));
    private readonly string _azdParameters = File.ReadAllText(Path.Combine(root, "infra", "main.parameters.json"));

    /// <summary>What is wrong; null for a command that this check does not know.</summary>
    public IEnumerable<string>? Problems(IReadOnlyList<string> words) =>
        AzureTools.IsOne(words) ? [.. AzureTools.Problems(words), .. Names(words) ?? []] : Names(words);

    private IEnumerable<string>? Names(IReadOnlyList<string> words) =>
        words switch
        {
            ["dotnet", "run", _, ..] => DotnetRun(words),
            ["dotnet", "build" or "publish", var path, ..] => Exists(path),
            ["dotnet", "test", var path, ..] => [.. Exists(path), .. DotnetTest(words)],
            ["npm", "ci", "--prefix", var folder, ..] => Exists(folder + "/package-lock.json"),
            ["npx", "--prefix", var folder, var tool, ..] => NpxTool(folder, tool, words),
            ["cp", var source, var target] => [.. Exists(source), .. Exists(Path.GetDirectoryName(target)!)],
            ["cd", var folder] => Exists(BuildOutput().Split(folder)[0]),
            ["az", "deployment", "sub", "create", ..] => [.. Exists(After(words, "--template-file")), .. Parameters(words)],
            ["azd", "env", "set", var name, ..] => _azdParameters.Contains("${" + name, StringComparison.Ordinal)
                ? []
                : [$"azd does not pass {name} on"],
            ["azd", "env", "get-value", var name, ..] => _main.Contains($"\noutput {name} ", StringComparison.Ordinal)
                ? []
                : [$"main.bicep has no output {name}"],
            ["az", "storage", ..] => [.. Named(words, "--container-name"), .. Named(words, "--queue-name"), .. Named(words, "--source")],
            [var script, ..] when script.StartsWith("infra/scripts/", StringComparison.Ordinal) => Script(script),
            _ => null,
        };

    private static string After(IReadOnlyList<string> words, string option) =>
        words.SkipWhile(word => word != option).ElementAtOrDefault(1) ?? $"(no {option})";

    private IEnumerable<string> DotnetRun(IReadOnlyList<string> words)
    {
        var project = After(words, "--project");
        var problems = Exists(project);
        if (!project.EndsWith("LocalHost", StringComparison.Ordinal))
        {
            return problems;
        }

        return
        [
            .. problems,
            .. CommandLine
                .Create()
                .Parse([.. words.SkipWhile(static word => word != "--").Skip(1)])
                .Errors.Select(static error => error.Message),
        ];
    }

    private static IEnumerable<string> DotnetTest(IReadOnlyList<string> words)
    {
        var unknown = words
            .Skip(3)
            .Where(static word => word.StartsWith('-') && !TestOptions.Contains(word))
            .Select(static word => $"dotnet test does not know {word}");
        var filter = words.Contains("--filter") ? After(words, "--filter") : null;
        return
            filter is null
            || filter.Contains('=', StringComparison.Ordinal)
            || Repository.Files(".cs").Any(file => Path.GetFileName(file) == filter + ".cs")
            ? unknown
            : [.. unknown, $"there is no test class {filter}"];
    }

    private IEnumerable<string> NpxTool(string folder, string tool, IReadOnlyList<string> words)
    {
        var locked = JsonNode.Parse(File.ReadAllText(Path.Combine(root, folder, "package-lock.json")))!["packages"]!.AsObject();
        if (!locked.ContainsKey($"node_modules/{tool}"))
        {
            return [$"{folder} does not install {tool}"];
        }

        var installed = Path.Combine(root, folder, "node_modules", tool, "README.md");
        return !File.Exists(installed)
            ? []
            : words
                .Where(static word => word.StartsWith("--", StringComparison.Ordinal) && word != "--prefix")
                .Where(option => !File.ReadAllText(installed).Contains(option, StringComparison.Ordinal))
                .Select(option => $"{tool} does not know {option}");
    }

    private IEnumerable<string> Parameters(IReadOnlyList<string> words) =>
        words
            .Select(static word => Assignment().Match(word))
            .Where(static match => match.Success)
            .Select(static match => match.Groups["name"].Value)
            .Where(name => !_main.Contains($"\nparam {name} ", StringComparison.Ordinal))
            .Select(static name => $"main.bicep has no parameter {name}");

    private IEnumerable<string> Named(IReadOnlyList<string> words, string option) =>
        words.Contains(option) && !_storage.Contains($"'{After(words, option)}'", StringComparison.Ordinal)
            ? [$"{After(words, option)} is not made by the infrastructure"]
            : [];

    private IEnumerable<string> Script(string script)
    {
        var path = Path.Combine(root, script);
        return !File.Exists(path) ? [$"{script} does not exist"]
            : OperatingSystem.IsWindows() || File.GetUnixFileMode(path).HasFlag(UnixFileMode.UserExecute) ? []
            : [$"{script} cannot be run"];
    }

    private IEnumerable<string> Exists(string path) => Path.Exists(Path.Combine(root, path)) ? [] : [$"{path} does not exist"];

    [GeneratedRegex(@"^(?<name>\w+)=", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Assignment();

    [GeneratedRegex("(^|/)(bin|artifacts)(/|$)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex BuildOutput();
}
