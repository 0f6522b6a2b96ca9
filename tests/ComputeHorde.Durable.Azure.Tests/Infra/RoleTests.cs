using System.Text.Json.Nodes;

namespace ComputeHorde.Durable.Azure.Tests.Infra;

/// <summary>Who may do what. The table is the contract: a role more or less is a change of it.</summary>
[Collection(InfraTests.Name)]
public sealed class RoleTests(InfraFixture infra)
{
    private const string Reader = "Storage Blob Data Reader",
        Contributor = "Storage Blob Data Contributor",
        Queue = "Storage Queue Data Contributor";
    private const string LedgerWriter = "ComputeHorde ledger writer (dev)",
        Keeper = "ComputeHorde hotkey keeper (dev)",
        Runbook = "ComputeHorde operator (dev)";

    private static readonly Grant[] Expected =
    [
        new("app", "Storage Blob Data Owner", "host account"),
        new("app", Queue, "host account"),
        new("app", "Storage Table Data Contributor", "host account"),
        new("app", "Storage Blob Delegator", "data account"),
        .. new[]
        {
            "attempts",
            "fallback",
            "inflight",
            "job-urls",
            "jobs",
            "jobs-rejected",
            "notices",
            "outputs",
            "places",
            "requests",
            "results",
            "sampling",
            "schedules",
            "secrets",
        }.Select(static name => new Grant("app", Contributor, $"container {name}")),
        new("app", LedgerWriter, "container ledger"),
        new("app", Queue, "queue batches"),
        new("app", Queue, "queue batches-poison"),
        new("app", Queue, "queue webjobs-blobtrigger-poison"),
        new("app", "Monitoring Metrics Publisher", "components"),
        new("platform", "Key Vault Secrets User", "vaults"),
        new("platform", Contributor, "container deployments"),
        new("deployer", Contributor, "container deployments"),
        new("deployer", Keeper, "resource group"),
        new("operator", Keeper, "resource group"),
        new("operator", Runbook, "resource group"),
        new("operator", "Log Analytics Data Reader", "workspaces"),
        new("operator", Reader, "container attempts"),
        new("operator", Contributor, "container inflight"),
        new("operator", Contributor, "container jobs"),
        new("operator", Reader, "container jobs-rejected"),
        new("operator", Reader, "container ledger"),
        new("operator", Reader, "container notices"),
        new("operator", Reader, "container outputs"),
        new("operator", Contributor, "container places"),
        new("operator", Reader, "container results"),
        new("operator", "Storage Queue Data Message Sender", "queue batches"),
        new("operator", "Storage Queue Data Message Processor", "queue batches-poison"),
    ];

    [Fact]
    public void Roles_OnBothPlans_AreExactlyTheTable()
    {
        Assert.Equal(Sorted(Expected), Sorted(infra.Flex.Grants));
        Assert.Equal(Sorted(Expected), Sorted(infra.Premium.Grants));
    }

    [Fact]
    public void Roles_WithTheScheduler_HaveItsHubBesides() =>
        Assert.Equal(Sorted([.. Expected, new("app", "Durable Task Data Contributor", "taskHubs")]), Sorted(infra.Private.Grants));

    [Fact]
    public void Roles_InRepository_HaveTheIdsThatAzurePublishes() =>
        Assert.Equal(Roles.Published.OrderBy(Key), Roles.InRepository().OrderBy(Key));

    [Fact]
    public async Task Roles_WithoutOneOfTheContainers_AreNotTheTable()
    {
        Assert.SkipUnless(Bicep.IsAvailable, "the Bicep compiler's package is for Linux on x64");
        using var copy = new InfraCopy();
        copy.Spoil("app/app-roles.bicep", "  'results'\n", string.Empty);

        var spoilt = await copy.PredictAsync();

        Assert.Equal([new Grant("app", Contributor, "container results")], Expected.Except(spoilt.Grants));
    }

    [Fact]
    public async Task Roles_WithoutAnOperator_GoToWhoDeploys()
    {
        Assert.SkipUnless(Bicep.IsAvailable, "the Bicep compiler's package is for Linux on x64");
        using var copy = new InfraCopy();

        var alone = await copy.PredictAsync(("operatorPrincipalId", "''"));

        Assert.DoesNotContain(alone.Grants, static grant => grant.Who == "operator");
        Assert.Equal(
            Sorted(Expected.Select(static grant => grant.Who == "operator" ? grant with { Who = "deployer" } : grant).Distinct()),
            Sorted(alone.Grants)
        );
    }

    [Fact]
    public void OwnRoles_OfPeople_CanNeitherReadTheHotkeyNorRunCode()
    {
        var permissions = infra
            .Flex.OfType("Microsoft.Authorization/roleDefinitions")
            .SelectMany(static role => role["properties"]!["permissions"]!.AsArray())
            .SelectMany(static permission => Deployment.Texts(permission))
            .ToList();

        Assert.NotEmpty(permissions);
        Assert.All(permissions, static permission => Assert.DoesNotContain('*', permission));
        Assert.DoesNotContain("Microsoft.KeyVault/vaults/secrets/getSecret/action", permissions);
        Assert.DoesNotContain(
            permissions,
            static permission =>
                permission.StartsWith("Microsoft.Web/sites/config/", StringComparison.Ordinal)
                || permission is "Microsoft.Web/sites/write" or "Microsoft.Web/sites/publish/Action"
        );
    }

    [Fact]
    public void LedgerRole_OfTheApp_AddsAndReadsOnly()
    {
        var role = infra
            .Flex.OfType("Microsoft.Authorization/roleDefinitions")
            .Single(static role => role["properties"]!["roleName"]!.GetValue<string>() == LedgerWriter);
        var data = role["properties"]!["permissions"]![0]!["dataActions"]!
            .AsArray()
            .Select(static action => action!.GetValue<string>().Split("/blobs/")[^1]);

        Assert.Equal(["add/action", "read"], data.Order(StringComparer.Ordinal));
    }

    private static string Key(KeyValuePair<string, Guid> pair) => pair.Key;

    private static IEnumerable<string> Sorted(IEnumerable<Grant> grants) =>
        grants.Select(static grant => grant.ToString()).Order(StringComparer.Ordinal);
}
