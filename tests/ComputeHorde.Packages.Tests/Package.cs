using System.Text.RegularExpressions;

namespace ComputeHorde.Packages.Tests;

/// <summary>A project of the repository that is a package, with its README's first example and what that prints.</summary>
internal sealed partial record Package(string Project, string Name, string Example, string? Output)
{
    private static readonly string s_root = FindRoot();

    /// <summary>All of them: every project under src that says it is one.</summary>
    internal static IReadOnlyList<Package> All { get; } =
    [
        .. Directory.EnumerateFiles(Path.Combine(s_root, "src"), "*.csproj", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 })
            .Where(project => File.ReadAllText(project).Contains("<IsPackable>true</IsPackable>", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(Read),
    ];

    private static Package Read(string project)
    {
        var readme = Path.Combine(Path.GetDirectoryName(project)!, "README.md");
        var blocks = CodeBlock().Matches(File.ReadAllText(readme));
        Assert.True(blocks.Count > 0 && blocks[0].Groups["language"].Value == "csharp", $"{readme} does not begin with an example in C#.");
        return new(
            project,
            Path.GetFileNameWithoutExtension(project),
            blocks[0].Groups["text"].Value,
            blocks.Count > 1 && blocks[1].Groups["language"].Value == "text" ? blocks[1].Groups["text"].Value : null);
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ComputeHorde.Durable.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException($"No solution above {AppContext.BaseDirectory}.");
        }

        return folder.FullName;
    }

    [GeneratedRegex(@"^```(?<language>\w+)\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline, 1000)]
    private static partial Regex CodeBlock();
}
