namespace ComputeHorde.Durable.Azure.Tests.Infra;

/// <summary>
/// The infrastructure of this repository as the compiler expands it, once for each shape that it can take and once for all tests.
/// </summary>
public sealed class InfraFixture : IAsyncLifetime
{
    public const string Deployer = "11111111-1111-1111-1111-111111111111";
    public const string Operator = "22222222-2222-2222-2222-222222222222";

    /// <summary>Flex Consumption with every default, and an operator beside who deploys.</summary>
    internal Deployment Flex
    {
        get => field ?? Skip();
        private set;
    }

    internal Deployment Premium
    {
        get => field ?? Skip();
        private set;
    }

    /// <summary>Private networking, the Durable Task Scheduler, and storage that the internet does not reach.</summary>
    internal Deployment Private
    {
        get => field ?? Skip();
        private set;
    }

    internal IEnumerable<Deployment> All => [Flex, Premium, Private];

    public async ValueTask InitializeAsync()
    {
        if (!Bicep.IsAvailable)
        {
            return;
        }

        using var copy = new InfraCopy();
        Flex = await copy.PredictAsync();
        Premium = await copy.PredictAsync(("hostingPlan", "'elastic-premium'"));
        Private = await copy.PredictAsync(
            ("privateNetworking", "true"),
            ("storagePublicAccess", "false"),
            ("durableBackend", "'durable-task-scheduler'")
        );
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static Deployment Skip()
    {
        Assert.Skip("the Bicep compiler's package is for Linux on x64");
        return null!;
    }
}

/// <summary>The tests that look at the infrastructure: it is expanded once for all of them.</summary>
[CollectionDefinition(Name)]
public sealed class InfraTests : ICollectionFixture<InfraFixture>
{
    public const string Name = "infra";
}
