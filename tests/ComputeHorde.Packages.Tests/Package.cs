using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace ComputeHorde.Packages.Tests;

/// <summary>
/// A project of the repository that is a package, with what its README begins with: the packages to install, the first example, and what
/// that prints.
/// </summary>
internal sealed partial record Package(string Project, string Name, IReadOnlyList<string> ToInstall, string Example, string? Output)
{
    private static readonly string s_root = FindRoot();

    /// <summary>Whether it is made for ASP.NET Core.</summary>
    internal bool NeedsAspNetCore => File.ReadAllText(Project).Contains("\"Microsoft.AspNetCore.App\"", StringComparison.Ordinal);

    /// <summary>All of them: every project under src that says it is one.</summary>
    internal static IReadOnlyList<Package> All { get; } =
    [
        .. Directory
            .EnumerateFiles(
                Path.Combine(s_root, "src"),
                "*.csproj",
                new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 }
            )
            .Where(project => File.ReadAllText(project).Contains("<IsPackable>true</IsPackable>", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(Read),
    ];

    /// <summary>The version with which the repository uses somebody else's package.</summary>
    internal static string VersionOf(string package) =>
        XDocument
            .Load(Path.Combine(s_root, "Directory.Packages.props"))
            .Descendants("PackageVersion")
            .Single(element => element.Attribute("Include")!.Value == package)
            .Attribute("Version")!
            .Value;

    private static Package Read(string project)
    {
        var readme = Path.Combine(Path.GetDirectoryName(project)!, "README.md");
        var blocks = CodeBlock()
            .Matches(File.ReadAllText(readme))
            .Select(block => (Language: block.Groups["language"].Value, Text: block.Groups["text"].Value))
            .ToList();
        Assert.True(
            blocks is [("sh", _), ("csharp", _), ..],
            $"{readme} does not begin with the packages to install and an example in C#."
        );
        return new(
            project,
            Path.GetFileNameWithoutExtension(project),
            [
                .. blocks[0]
                    .Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                    .Select(line => line.Replace("dotnet add package ", "", StringComparison.Ordinal)),
            ],
            blocks[1].Text,
            blocks is [_, _, ("text", var output), ..] ? output : null
        );
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

    [GeneratedRegex(
        @"^```(?<language>\w+)\n(?<text>.*?)^```$",
        RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex CodeBlock();
}
