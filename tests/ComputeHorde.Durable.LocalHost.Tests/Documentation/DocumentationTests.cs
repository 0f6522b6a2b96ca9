using System.Text.RegularExpressions;
using ComputeHorde.Durable.LocalHost.Commands;

namespace ComputeHorde.Durable.LocalHost.Tests.Documentation;

/// <summary>Commands in the documents are followed to the letter: what they name must be there.</summary>
public sealed partial class DocumentationTests
{
    private static readonly CommandCheck Check = new(Repository.Root);

    [Theory]
    [InlineData("README.md", 3)]
    [InlineData("docs/azure.md", 12)]
    [InlineData("docs/runbook.md", 5)]
    [InlineData("docs/development.md", 6)]
    [InlineData("docs/architecture.md", 1)]
    [InlineData("docs/sdk.md", 1)]
    [InlineData("docs/scale.md", 1)]
    public void Commands_NameWhatExists(string document, int atLeast)
    {
        var checks = ShellCommands
            .In(File.ReadAllText(Path.Combine(Repository.Root, document)).ReplaceLineEndings("\n"))
            .Select(static words => (Command: string.Join(' ', words), Problems: Check.Problems(words)))
            .Where(static check => check.Problems is not null)
            .ToList();

        Assert.True(checks.Count >= atLeast, $"only {checks.Count} commands were found");
        Assert.Empty(checks.SelectMany(static check => check.Problems!.Select(problem => $"{check.Command}: {problem}")));
    }

    [Fact]
    public void Commands_OfTheCommandLine_AreListed()
    {
        var document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "configuration.md"));

        Assert.All(
            CommandLine.Create().Subcommands,
            command => Assert.Contains($"\n* `{command.Name}`: ", document, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Architecture_NamesFilesThatExist()
    {
        var document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "architecture.md"));
        var paths = FeatureFile().Matches(document).Select(static match => match.Groups["path"].Value).ToList();

        Assert.True(paths.Count > 20, $"only {paths.Count} files were found");
        Assert.DoesNotContain(
            paths,
            static path => !File.Exists(Path.Combine(Repository.Root, "src", "ComputeHorde.Durable", path + ".cs"))
        );
    }

    [Theory]
    [InlineData("dotnet run --project src/ComputeHorde.Durable.LocalHost -- fnuc", "fnuc")]
    [InlineData("dotnet run --project src/ComputeHorde.Durable.LocalHost -- func --no-strat", "--no-strat")]
    [InlineData("dotnet build src/Nothing", "src/Nothing does not exist")]
    [InlineData("SEED=1 dotnet test tests/ComputeHorde.Durable.Tests --filter NoTests", "no test class NoTests")]
    [InlineData("dotnet test tests/ComputeHorde.Durable.Tests --filter-class RunJobTests", "--filter-class")]
    [InlineData("func start --no-bild", "--no-bild")]
    [InlineData("az deployment sub create --template-file infra/main.bicep --parameters subnet=1", "no parameter subnet")]
    [InlineData("az storage message peek --queue-name validation-batches", "validation-batches")]
    [InlineData("azd env set NOTHING 1", "NOTHING")]
    [InlineData("infra/scripts/nothing.sh", "does not exist")]
    [InlineData("az functionapp restrat --name app", "functionapp restrat")]
    [InlineData("az keyvault secret set --vault vault", "--vault")]
    [InlineData("azd env get-value AZURE_VAULT", "no output AZURE_VAULT")]
    [InlineData("azd provision --whatif", "--whatif")]
    public void Commands_ThatNameWhatIsNotThere_AreFound(string command, string expected)
    {
        var words = Assert.Single(ShellCommands.In($"```sh\n{command}   # as it says\n```"));

        Assert.Contains(Check.Problems(words)!, problem => problem.Contains(expected, StringComparison.Ordinal));
    }

    [GeneratedRegex("`(?<path>[A-Z][A-Za-z]+/[A-Z][A-Za-z0-9]+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FeatureFile();
}
