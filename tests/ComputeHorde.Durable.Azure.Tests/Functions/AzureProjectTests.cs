using System.Xml.Linq;

namespace ComputeHorde.Durable.Azure.Tests.Functions;

/// <summary>The Azure project compiles the functions' sources: what their own project refers to and embeds, it must have as well.</summary>
public sealed class AzureProjectTests
{
    private static readonly XDocument Functions = Load("src", "ComputeHorde.Durable", "ComputeHorde.Durable.csproj");
    private static readonly XDocument App = Load("src", "ComputeHorde.Durable.Functions", "ComputeHorde.Durable.Functions.csproj");

    [Fact]
    public void AzureProject_RefersToEveryPackageOfTheFunctions() =>
        Assert.Superset(Values(Functions, "PackageReference", "Include").ToHashSet(), Values(App, "PackageReference", "Include").ToHashSet());

    [Fact]
    public void AzureProject_RefersToEveryProjectOfTheFunctionsButTheLocalRuntime() => Assert.Equal(
        Values(Functions, "ProjectReference", "Include").Where(static path => !path.Contains("LocalRuntime", StringComparison.Ordinal)),
        Values(App, "ProjectReference", "Include"));

    [Fact]
    public void AzureProject_EmbedsWhatTheFunctionsEmbed() =>
        Assert.Equal(Values(Functions, "EmbeddedResource", "LogicalName"), Values(App, "EmbeddedResource", "LogicalName"));

    [Fact]
    public void AzureProject_EveryPackage_HasACentralVersion() => Assert.Subset(
        Values(Load("Directory.Packages.props"), "PackageVersion", "Include").ToHashSet(),
        Values(App, "PackageReference", "Include").ToHashSet());

    private static XDocument Load(params string[] path) => XDocument.Parse(Repository.ReadText(path));

    private static IEnumerable<string> Values(XDocument project, string element, string attribute) =>
        project.Descendants(element).Select(item => item.Attribute(attribute)?.Value).OfType<string>().Order(StringComparer.Ordinal);
}
