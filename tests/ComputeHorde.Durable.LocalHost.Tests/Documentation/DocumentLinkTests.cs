namespace ComputeHorde.Durable.LocalHost.Tests.Documentation;

/// <summary>Links between the documents lead somewhere.</summary>
public sealed class DocumentLinkTests
{
    [Fact]
    public void Links_InTheRepository_LeadToFilesAndHeadings()
    {
        var documents = Repository.Files(".md").ToList();

        Assert.True(documents.Count > 15, $"only {documents.Count} documents were found");
        Assert.Empty(
            documents.SelectMany(static document =>
                DocumentLinks
                    .Problems(document, File.ReadAllText(document))
                    .Select(problem => $"{Path.GetRelativePath(Repository.Root, document)}: {problem}")
            )
        );
    }

    [Theory]
    [InlineData("see [it](docs/nothing.md)", "docs/nothing.md leads nowhere")]
    [InlineData("see [it](docs/architecture.md#the-palace)", "docs/architecture.md#the-palace names no heading")]
    [InlineData("# Here\nsee [it](#there)", "#there names no heading")]
    public void Links_ThatLeadNowhere_AreFound(string text, string expected) =>
        Assert.Equal([expected], DocumentLinks.Problems(Path.Combine(Repository.Root, "README.md"), text));

    [Theory]
    [InlineData("see [it](docs/architecture.md#the-house), ![a picture](docs/diagrams/azure.svg) and [them](samples)")]
    [InlineData("# What `func start` does, and why\n[up](#what-func-start-does-and-why)")]
    [InlineData("[elsewhere](https://example.org/x#y)")]
    public void Links_ThatLeadSomewhere_AreFine(string text) =>
        Assert.Empty(DocumentLinks.Problems(Path.Combine(Repository.Root, "README.md"), text));
}
