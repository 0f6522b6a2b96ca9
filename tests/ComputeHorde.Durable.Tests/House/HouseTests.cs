using System.Reflection;
using System.Xml.Linq;
using ComputeHorde.Durable.Batches;
using ComputeHorde.Durable.Tests.Support;
using NetArchTest.Rules;

namespace ComputeHorde.Durable.Tests.House;

/// <summary>The arrows of the house, by the compiled assembly and the project files; docs/architecture.md draws them.</summary>
public sealed class HouseTests
{
    private const string Root = "ComputeHorde.Durable.";

    private static readonly string[] Foundation = ["Hosting"];
    private static readonly string[] Ground = ["Http", "Storage", .. Foundation];
    private static readonly string[] BelowRuns = ["Limits", "Outputs", "Streaming", "Notices", .. Ground];
    private static readonly string[] BelowChecks = ["Runs", .. BelowRuns];

    /// <summary>Folder to the folders that it may use.</summary>
    private static readonly Dictionary<string, string[]> Arrows = new(StringComparer.Ordinal)
    {
        ["Hosting"] = [],
        ["Storage"] = Foundation,
        ["Http"] = ["Storage", .. Foundation],
        ["Limits"] = Ground,
        ["Outputs"] = Ground,
        ["Streaming"] = Ground,
        ["Notices"] = Ground,
        ["Retention"] = ["Streaming", .. Ground],
        ["Runs"] = BelowRuns,
        ["Schedules"] = ["Intake", "Checks", .. BelowChecks],
        ["Fallback"] = BelowChecks,
        ["Checks"] = BelowChecks,
        ["Intake"] = ["Checks", .. BelowChecks],
        ["Batches"] = ["Intake", "Checks", .. BelowChecks],
        ["Pages"] = ["Batches", "Intake", "Checks", .. BelowChecks],
    };

    /// <summary>Project to the projects that it may refer to, directly.</summary>
    private static readonly Dictionary<string, string[]> Projects = new(StringComparer.Ordinal)
    {
        ["ComputeHorde.Cryptography"] = [],
        ["ComputeHorde.Sdk"] = ["ComputeHorde.Cryptography"],
        ["ComputeHorde.FacilitatorEmulator"] = ["ComputeHorde.Cryptography"],
        ["ComputeHorde.Fallback"] = ["ComputeHorde.Sdk"],
        ["ComputeHorde.FallbackEmulator"] = [],
        ["ComputeHorde.Durable"] = ["ComputeHorde.Sdk", "ComputeHorde.Fallback"],
        ["ComputeHorde.Durable.Functions"] = ["ComputeHorde.Durable"],
        ["ComputeHorde.DurableTask.Sqlite"] = [],
        ["ComputeHorde.Storage.Local"] = [],
        ["ComputeHorde.Functions.Local"] = ["ComputeHorde.DurableTask.Sqlite", "ComputeHorde.Storage.Local"],
        ["ComputeHorde.Durable.LocalHost"] =
        [
            "ComputeHorde.Durable",
            "ComputeHorde.FacilitatorEmulator",
            "ComputeHorde.FallbackEmulator",
            "ComputeHorde.Functions.Local",
            "ComputeHorde.Storage.Local",
        ],
    };

    private static readonly Assembly House = typeof(DurableServices).Assembly;

    /// <summary>Read once: it is the reading that takes long.</summary>
    private static readonly Types AllTypes = Types.InAssembly(House);

    public static TheoryData<string> Folders => [.. Arrows.Keys];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Folder_OfTheHouse_UsesOnlyWhatLiesBelow(string folder)
    {
        string[] forbidden = [.. Arrows.Keys.Except(Arrows[folder]).Where(other => other != folder).Select(static other => Root + other)];

        var result = AllTypes.That().ResideInNamespace(Root + folder).ShouldNot().HaveDependencyOnAny(forbidden).GetResult();

        Assert.True(
            result.IsSuccessful,
            $"{folder} uses what it may not: {string.Join(", ", (result.FailingTypes ?? []).Select(static type => type.FullName))}"
        );
    }

    [Fact]
    public async Task Picture_InTheDocs_IsTheHouse()
    {
        const string Begin = "<!-- house -->\n",
            End = "<!-- /house -->";
        var path = Path.Combine(HordeFixture.RepositoryRoot(), "docs", "architecture.md");
        var document = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        var (from, to) = (
            document.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length,
            document.IndexOf(End, StringComparison.Ordinal)
        );
        if (Environment.GetEnvironmentVariable("UPDATE_HOUSE") is not null)
        {
            await File.WriteAllTextAsync(
                path,
                string.Concat(document.AsSpan(0, from), Picture(), document.AsSpan(to)),
                TestContext.Current.CancellationToken
            );
            return;
        }

        Assert.Equal(Picture(), document[from..to]);
    }

    /// <summary>What the folders really use, without what follows from the rest.</summary>
    private static string Picture()
    {
        var used = Arrows
            .Keys.Except(Ground)
            .ToDictionary(
                static folder => folder,
                static folder =>
                    Arrows.Keys.Except(Ground).Where(other => other != folder && Uses(folder, other)).ToHashSet(StringComparer.Ordinal),
                StringComparer.Ordinal
            );
        var lines = used.SelectMany(folder =>
            folder
                .Value.Where(target => !folder.Value.Any(between => between != target && Reaches(used, between, target)))
                .Select(target => $"  {folder.Key} --> {target}")
        );
        return $"```mermaid\nflowchart TD\n{string.Join('\n', lines.Order(StringComparer.Ordinal))}\n```\n";
    }

    private static bool Uses(string folder, string other) =>
        !AllTypes.That().ResideInNamespace(Root + folder).ShouldNot().HaveDependencyOnAny(Root + other).GetResult().IsSuccessful;

    private static bool Reaches(Dictionary<string, HashSet<string>> used, string from, string to) =>
        used[from].Contains(to) || used[from].Any(next => Reaches(used, next, to));

    [Fact]
    public void Folders_OfTheAssembly_AreThoseOfTheHouse()
    {
        var folders = House
            .GetTypes()
            .Select(static type => type.Namespace)
            .Where(static name => name is not null && name.StartsWith(Root, StringComparison.Ordinal))
            .Select(static name => name![Root.Length..].Split('.')[0])
            .Distinct();

        Assert.Empty(folders.Except(Arrows.Keys));
    }

    /// <summary>What only an asynchronous method uses counts: without this, the test above could pass on anything.</summary>
    [Fact]
    public void Folder_UsedInsideAnAsynchronousMethod_IsSeen()
    {
        var result = AllTypes
            .That()
            .HaveNameMatching($"^{nameof(ReadBatch)}$")
            .ShouldNot()
            .HaveDependencyOnAny(Root + "Limits")
            .GetResult();

        Assert.False(result.IsSuccessful);
    }

    [Fact]
    public void Types_ThatArePublic_AreOptionsAndExtensionPoints()
    {
        string[] meant =
        [
            "DurableServices",
            "DurableOptions",
            "ContainerAppsMachineSettings",
            "DurableTelemetry",
            "NamespaceLimits",
            "OutputStores",
            "StorageAccounts",
            "SettingText",
            "IResultComparer",
            "IResultContent",
            "Comparison",
            "ComparisonSettings",
            "Verdict",
            "ResultManifest",
            "ContentReference",
            "UploadAnswer",
            "IOutputStore",
            "IOutputUrlSigner",
            "SignedUpload",
            "StoredOutput",
            "ISecretStore",
            "UnreadableSecretException",
            "UnreadableContentException",
        ];

        Assert.Empty(House.GetExportedTypes().Select(static type => type.Name).Except(meant));
    }

    [Fact]
    public void Projects_OfTheSolution_ReferToWhatLiesBelow()
    {
        foreach (
            var path in Directory
                .GetDirectories(Path.Combine(HordeFixture.RepositoryRoot(), "src"))
                .SelectMany(static folder => Directory.GetFiles(folder, "*.csproj"))
        )
        {
            var project = XDocument.Load(path);
            var name = Path.GetFileNameWithoutExtension(path);
            var used = project
                .Descendants("ProjectReference")
                .Select(static reference => Path.GetFileNameWithoutExtension(((string)reference.Attribute("Include")!).Replace('\\', '/')));

            Assert.True(Projects.TryGetValue(name, out var allowed), $"{name} has no place in the house");
            Assert.Empty(used.Except(allowed));
            Assert.All(
                project.Descendants("InternalsVisibleTo").Select(static friend => (string)friend.Attribute("Include")!),
                static friend =>
                    Assert.True(
                        friend.EndsWith(".Tests", StringComparison.Ordinal) || friend is "ComputeHorde.Simulation",
                        $"{friend} is a product and sees internals"
                    )
            );
        }
    }

    /// <summary>The width of .editorconfig, which the formatter does not enforce. Texts are not torn apart for it.</summary>
    [Fact]
    public void Lines_OfTheCode_HaveAtMost140Characters_ButForTexts()
    {
        const int Width = 140;
        string[] folders = ["src", "tests", "benchmarks", "samples"];
        var files = folders
            .SelectMany(static folder =>
                Directory.EnumerateFiles(Path.Combine(HordeFixture.RepositoryRoot(), folder), "*.cs", SearchOption.AllDirectories)
            )
            .Where(static path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal));

        Assert.Empty(files.SelectMany(static path => TooLong(path)));

        static IEnumerable<string> TooLong(string path)
        {
            var (number, isInText) = (0, false);
            foreach (var line in File.ReadLines(path))
            {
                number++;
                isInText ^= line.Split("\"\"\"").Length % 2 == 0;
                if (line.Length > Width && !isInText && !line.Contains('"', StringComparison.Ordinal))
                {
                    yield return $"{path}:{number} has {line.Length} characters";
                }
            }
        }
    }
}
