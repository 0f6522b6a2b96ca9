namespace ComputeHorde.Durable.LocalHost.Tests.Pages;

/// <summary>The tests that share one local host.</summary>
[CollectionDefinition(Name)]
public sealed class PageCollection : ICollectionFixture<PageFixture>
{
    public const string Name = "page";
}
