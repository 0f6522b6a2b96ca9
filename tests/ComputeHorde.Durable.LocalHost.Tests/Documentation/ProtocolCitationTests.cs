namespace ComputeHorde.Durable.LocalHost.Tests.Documentation;

/// <summary>What the code cites as "protocol 2.1" is a section of docs/protocol.md.</summary>
public sealed class ProtocolCitationTests
{
    [Fact]
    public void Citations_InTheRepository_AreSectionsOfTheDocument()
    {
        var sections = ProtocolCitations.Sections(File.ReadAllText(Path.Combine(Repository.Root, "docs", "protocol.md")));
        var citations = (
            from file in Repository.Files(".cs", ".md")
            from section in ProtocolCitations.In(File.ReadAllText(file))
            select (Section: section, File: Path.GetRelativePath(Repository.Root, file))
        ).ToList();

        Assert.True(citations.Count > 100, $"only {citations.Count} citations were found");
        Assert.Empty(
            citations
                .Where(citation => !sections.Contains(citation.Section))
                .Select(static citation => $"{citation.File} cites protocol {citation.Section}")
        );
    }

    [Theory]
    [InlineData("as it answers (protocol #1)", "1")]
    [InlineData("Detail and list (Protocol #2.2, 2.4).", "2.2 2.4")]
    [InlineData("signatures, protocol #3.2 and\n/// 3.5), pydantic's (protocol #3.3; also", "3.2 3.5 3.3")]
    [InlineData("the bound (protocol #9.2): 20 minutes", "9.2")]
    [InlineData("by class (protocol #9.4, 14.10, 14.11). 5 attempts", "9.4 14.10 14.11")]
    [InlineData("an HTTP protocol, 2 of them", "")]
    public void In_ATextThatCites_FindsEveryNumber(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', ProtocolCitations.In(text.Replace("#", "", StringComparison.Ordinal))));

    [Fact]
    public void Sections_OfADocument_AreItsNumberedHeadings() =>
        Assert.Equal(
            ["1", "1.10", "2"],
            ProtocolCitations.Sections("# 7 of all\n## 1. One\n### 1.10 `POST`\n## 2\n3.1 text\n## Others").Order()
        );
}
