using System.Reflection;
using System.Text.RegularExpressions;
using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Azure.Tests.Infra;

/// <summary>What the deployment names must be what the functions use.</summary>
[Collection(InfraTests.Name)]
public sealed partial class DeploymentTests(InfraFixture infra)
{
    [Fact]
    public void Containers_OfTheFunctions_AreMadeByTheInfrastructure()
    {
        var made = infra.Flex.Names("Microsoft.Storage/storageAccounts/blobServices/containers").ToHashSet(StringComparer.Ordinal);
        var used = typeof(ContainerNames)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(static field => (string)field.GetRawConstantValue()!);

        Assert.Equal(used.Append("deployments").Order(StringComparer.Ordinal), made.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Queues_OfTheTriggers_AreMadeByTheInfrastructureWithTheirPoison()
    {
        var made = infra.Flex.Names("Microsoft.Storage/storageAccounts/queueServices/queues").ToHashSet(StringComparer.Ordinal);
        var used = Functions
            .FunctionsTable.Rows.Where(static row => row.Trigger == "queue")
            .Select(static row => row.Binding.Trim('`'))
            .ToList();

        Assert.NotEmpty(used);
        Assert.Superset(used.Concat(used.Select(static name => name + "-poison")).ToHashSet(StringComparer.Ordinal), made);
    }

    [Fact]
    public void Subscription_OfBlobEvents_NamesTheFunctionThatTakesThem()
    {
        var named = EventFunctionPattern().Match(Repository.ReadText("infra", "app", "blob-events.bicep")).Groups["name"].Value;

        Assert.Contains(
            Functions.FunctionsTable.Rows,
            row => row.Name == named && row.Binding.EndsWith(" by EventGrid", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Outputs_ThatScriptsUse_AreGiven()
    {
        var used = Directory
            .GetFiles(Repository.Path("infra", "scripts"))
            .SelectMany(static path => AzureVariablePattern().Matches(File.ReadAllText(path)))
            .Select(static match => match.Value)
            .Distinct();

        Assert.Subset(
            infra.Flex.Outputs.Select(static output => output.Key).ToHashSet(StringComparer.Ordinal),
            used.ToHashSet(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void AzureYaml_EveryPath_Exists()
    {
        var paths = PathPattern().Matches(Repository.ReadText("azure.yaml")).Select(static match => match.Groups["path"].Value).ToList();

        Assert.Contains("src/ComputeHorde.Durable.Functions", paths);
        Assert.All(paths, static path => Assert.True(Path.Exists(Repository.Path(path.Split('/'))), path));
    }

    [Fact]
    public void Scripts_OnEverySystem_AreThere() =>
        Assert.All(
            Directory.GetFiles(Repository.Path("infra", "scripts"), "*.sh"),
            static script => Assert.True(File.Exists(Path.ChangeExtension(script, ".ps1")), script)
        );

    [Fact]
    public async Task Scripts_ForTheShell_CanBeParsed()
    {
        foreach (var script in Directory.GetFiles(Repository.Path("infra", "scripts"), "*.sh"))
        {
            var check = await Repository.RunAsync(Repository.Root, "sh", "-n", script);
            Assert.SkipWhen(check is null, "no shell is installed");
            Assert.True(check!.ExitCode == 0, check.Error);
        }
    }

    [GeneratedRegex(@"param functionName string = '(?<name>\w+)'", RegexOptions.None, 1000)]
    private static partial Regex EventFunctionPattern();

    [GeneratedRegex("(AZURE|COMPUTEHORDE)_[A-Z_]+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AzureVariablePattern();

    [GeneratedRegex(@"(path|project|run): (?<path>\S+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PathPattern();
}
