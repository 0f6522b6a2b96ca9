using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ComputeHorde.Durable.Azure.Tests.Infra;

/// <summary>The real compiler and linter, with the types of Azure.</summary>
public sealed partial class BicepTests : IDisposable
{
    private readonly InfraCopy _infra = new();

    public void Dispose() => _infra.Dispose();

    [Fact]
    public async Task Build_OfMain_SaysNothing()
    {
        SkipElsewhere();

        var (template, complaints) = await Bicep.BuildAsync(_infra.Folder, "main.bicep");

        Assert.Empty(complaints);
        Assert.StartsWith(
            "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json",
            JsonNode.Parse(template)!["$schema"]!.GetValue<string>()
        );
    }

    /// <summary>Linting a file lints the modules that it uses.</summary>
    [Theory]
    [InlineData("main.bicep")]
    [InlineData("app/blob-events.bicep")]
    public async Task Lint_OfWhatIsDeployed_SaysNothing(string file)
    {
        SkipElsewhere();

        Assert.Empty(await Bicep.LintAsync(_infra.Folder, file));
    }

    [Fact]
    public void Modules_AreAllUsed()
    {
        var main = Repository.ReadText("infra", "main.bicep");
        var modules = Directory.GetFiles(Repository.Path("infra", "app"), "*.bicep").Select(static path => "app/" + Path.GetFileName(path));

        Assert.All(modules.Except(["app/blob-events.bicep"]), module => Assert.Contains($"'{module}'", main, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Format_WouldChangeNothing()
    {
        SkipElsewhere();

        await Bicep.FormatAsync(_infra.Folder);

        Assert.All(
            Directory.GetFiles(_infra.Folder, "*.bicep", SearchOption.AllDirectories),
            path => Assert.Equal(Repository.ReadText("infra", Path.GetRelativePath(_infra.Folder, path)), File.ReadAllText(path))
        );
    }

    [Fact]
    public async Task Lint_OfPlantedFaults_NamesEachOfThem()
    {
        SkipElsewhere();
        _infra.Spoil("app/vault.bicep", "enablePurgeProtection: true", "purgeProtection: true");
        _infra.Spoil("app/vault.bicep", "param isPublic bool\n", "param isPublic bool\nparam unused string = ''\n");
        _infra.Spoil("app/vault.bicep", "workspaces@2023-09-01", "workspaces@2023-09-99");
        _infra.Spoil("app/events.bicep", "source: data.id", "source: 1");
        _infra.Spoil("main.bicep", "    isPublic: !privateNetworking\n", string.Empty);
        _infra.Spoil("main.bicep", "= names.vault", "= names.safe");

        var complaints = await Bicep.LintAsync(_infra.Folder, "main.bicep");

        Assert.Contains("vault.bicep", complaints, StringComparison.Ordinal);
        Assert.All(
            ["BCP037", "no-unused-params", "BCP081", "BCP036", "BCP035", "BCP053"],
            code => Assert.Contains(code, complaints, StringComparison.Ordinal)
        );
    }

    /// <summary>The compiler does not check the properties of a spread object: the list of locks sees what is missing.</summary>
    [Fact]
    public async Task Locks_OfAMistypedProperty_AreOpen()
    {
        SkipElsewhere();
        _infra.Spoil("app/storage.bicep", "allowSharedKeyAccess: false", "allowSharedKeyAcces: false");

        var spoilt = await _infra.PredictAsync();

        Assert.Equal(
            Enumerable.Repeat("Microsoft.Storage/storageAccounts: allowSharedKeyAccess is not set", 2),
            InfraSecurityTests.Unlocked(spoilt)
        );
    }

    [Fact]
    public void Parameters_OfAzd_AreThoseOfMain()
    {
        var given = JsonNode.Parse(Repository.ReadText("infra", "main.parameters.json"))!["parameters"]!
            .AsObject()
            .Select(static pair => pair.Key);

        Assert.Subset(MainParameters().ToHashSet(StringComparer.Ordinal), given.ToHashSet(StringComparer.Ordinal));
    }

    [Fact]
    public void Parameters_OfMain_AreInTheDocumentation()
    {
        var documentation = Repository.ReadText("docs", "azure.md");

        Assert.All(MainParameters(), name => Assert.Contains($"| `{name}` |", documentation, StringComparison.Ordinal));
    }

    private static IEnumerable<string> MainParameters() =>
        ParameterPattern().Matches(Repository.ReadText("infra", "main.bicep")).Select(static match => match.Groups["name"].Value);

    private static void SkipElsewhere() => Assert.SkipUnless(Bicep.IsAvailable, "the Bicep compiler's package is for Linux on x64");

    [GeneratedRegex(@"^param (?<name>\w+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ParameterPattern();
}
