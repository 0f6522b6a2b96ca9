using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ComputeHorde.Durable.Azure.Tests.Infra;

[Collection(InfraTests.Name)]
public sealed partial class InfraSecurityTests(InfraFixture infra)
{
    /// <summary>What must hold for every resource of a type.</summary>
    private static readonly (string Type, string Path, string Value)[] Locks =
    [
        ("Microsoft.Storage/storageAccounts", "allowSharedKeyAccess", "false"),
        ("Microsoft.Storage/storageAccounts", "allowBlobPublicAccess", "false"),
        ("Microsoft.Storage/storageAccounts", "supportsHttpsTrafficOnly", "true"),
        ("Microsoft.Storage/storageAccounts", "minimumTlsVersion", "TLS1_2"),
        ("Microsoft.Storage/storageAccounts", "isLocalUserEnabled", "false"),
        ("Microsoft.Storage/storageAccounts", "allowCrossTenantReplication", "false"),
        ("Microsoft.Storage/storageAccounts/blobServices/containers", "publicAccess", "None"),
        ("Microsoft.KeyVault/vaults", "enableRbacAuthorization", "true"),
        ("Microsoft.KeyVault/vaults", "enablePurgeProtection", "true"),
        ("Microsoft.OperationalInsights/workspaces", "features.disableLocalAuth", "true"),
        ("Microsoft.Insights/components", "DisableLocalAuth", "true"),
        ("Microsoft.Web/sites", "httpsOnly", "true"),
        ("Microsoft.Web/sites", "siteConfig.minTlsVersion", "1.2"),
        ("Microsoft.Web/sites", "siteConfig.ftpsState", "Disabled"),
        ("Microsoft.Web/sites/basicPublishingCredentialsPolicies", "allow", "false"),
    ];

    [Fact]
    public void Resources_OfEveryShape_AreLockedDown() => Assert.Empty(infra.All.SelectMany(Unlocked));

    [Fact]
    public void Accounts_OfHostAndData_AreTwo()
    {
        var settings = infra.Flex.Settings;

        Assert.Equal(2, infra.Flex.OfType("Microsoft.Storage/storageAccounts").Count());
        Assert.Contains("/sthost", settings["AzureWebJobsStorage__blobServiceUri"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("/stdata", settings["ComputeHordeStorage__blobServiceUri"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public void Package_OfFlex_IsReadByTheIdentityThatTheAppDoesNotWorkWith()
    {
        var site = infra.Flex.OfType("Microsoft.Web/sites").Single()["properties"]!;

        Assert.Equal(
            "SystemAssignedIdentity",
            site["functionAppConfig"]!["deployment"]!["storage"]!["authentication"]!["type"]!.GetValue<string>()
        );
        Assert.Contains(
            "/stdata",
            site["functionAppConfig"]!["deployment"]!["storage"]!["value"]!.GetValue<string>(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Ledger_Always_CannotBeChanged()
    {
        var policy = infra.Flex.OfType("Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies").Single();

        Assert.EndsWith("/default/ledger/default", Deployment.Name(policy), StringComparison.Ordinal);
        Assert.True(policy["properties"]!["immutabilityPeriodSinceCreationInDays"]!.GetValue<int>() >= 3650);
        Assert.False(policy["properties"]!["allowProtectedAppendWrites"]!.GetValue<bool>());
    }

    [Fact]
    public void Secrets_AreNeitherWrittenNorRead()
    {
        Assert.All(infra.All, static deployment => Assert.Empty(deployment.OfType("Microsoft.KeyVault/vaults/secrets")));
        Assert.All(
            infra.All.SelectMany(static deployment => deployment.Resources).SelectMany(Deployment.Texts),
            static text => Assert.DoesNotMatch(ReadsSecret(), text)
        );
    }

    [Fact]
    public void Secrets_InSettings_AreReferences()
    {
        Assert.All(
            infra.All,
            static deployment =>
                Assert.StartsWith(
                    "[format('@Microsoft.KeyVault(SecretUri=",
                    deployment.Settings["ComputeHorde__HotkeySecret"]!.GetValue<string>(),
                    StringComparison.Ordinal
                )
        );
        Assert.All(
            infra.All,
            static deployment => Assert.Empty(deployment.Settings["ComputeHorde__S3SecretAccessKey"]!.GetValue<string>())
        );
        Assert.All(infra.All, static deployment => Assert.Empty(deployment.Settings["ComputeHorde__RunPodApiKey"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData("ComputeHorde__S3SecretAccessKey")]
    [InlineData("ComputeHorde__RunPodApiKey")]
    public async Task Settings_WithASecretInClear_AreRefused(string setting)
    {
        Assert.SkipUnless(Bicep.IsAvailable, "the Bicep compiler's package is for Linux on x64");
        using var copy = new InfraCopy();

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            copy.PredictAsync(("settings", $"{{ {setting}: 'clear' }}"))
        );

        Assert.Contains($"{setting} must be a Key Vault reference", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Outputs_HoldNoSecret() =>
        Assert.All(infra.Flex.Outputs, static output => Assert.DoesNotMatch(SecretName(), output.Key + output.Value));

    [Fact]
    public void PrivateNetworking_ClosesStorageAndVault()
    {
        var closed = infra.Private.OfType("Microsoft.Storage/storageAccounts").Concat(infra.Private.OfType("Microsoft.KeyVault/vaults"));

        Assert.All(closed, static resource => Assert.Equal("Disabled", resource["properties"]!["publicNetworkAccess"]!.GetValue<string>()));
        Assert.Equal(7, infra.Private.OfType("Microsoft.Network/privateEndpoints").Count());
        Assert.Equal(
            "Deny",
            infra.Private.OfType("Microsoft.Web/sites").Single()["properties"]!["siteConfig"]![
                "ipSecurityRestrictionsDefaultAction"
            ]!.GetValue<string>()
        );
    }

    [Fact]
    public void Retention_DeletesClaimsAfterAMonthAndNeverEvidenceOrTheSamplingKey()
    {
        var rules = infra.Flex.OfType("Microsoft.Storage/storageAccounts/managementPolicies").Single()["properties"]!["policy"]!["rules"]!
            .AsArray()
            .ToDictionary(
                static rule => rule!["definition"]!["filters"]!["prefixMatch"]![0]!.GetValue<string>(),
                static rule => rule!["definition"]!["actions"]!["baseBlob"]!["delete"]!["daysAfterModificationGreaterThan"]!.GetValue<int>()
            );

        Assert.True(rules["attempts/"] >= 30);
        Assert.DoesNotContain("ledger/", rules.Keys);
        Assert.DoesNotContain("sampling/", rules.Keys);
        Assert.Superset(new HashSet<string> { "results/", "outputs/", "requests/" }, rules.Keys.ToHashSet());
    }

    /// <summary>What is open that should not be.</summary>
    internal static IEnumerable<string> Unlocked(Deployment deployment) =>
        from item in Locks
        from resource in deployment.OfType(item.Type).DefaultIfEmpty()
        let found = resource is null ? "no such resource" : Value(resource, item.Path)
        where found != item.Value
        select $"{item.Type}: {item.Path} is {found}";

    private static string Value(JsonObject resource, string path) =>
        path.Split('.').Aggregate(resource["properties"], static (node, name) => node?[name])?.ToString() ?? "not set";

    [GeneratedRegex(
        @"listKeys\(|listAccountSas\(|listServiceSas\(|AccountKey=|SharedAccessSignature|listsecrets\(",
        RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex ReadsSecret();

    [GeneratedRegex("password|mnemonic|seed|token|connection_?string|instrumentation", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex SecretName();
}
