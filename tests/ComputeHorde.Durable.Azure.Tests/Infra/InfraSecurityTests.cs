using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ComputeHorde.Durable.Azure.Tests.Infra;

public sealed partial class InfraSecurityTests(InfraFixture infra) : IClassFixture<InfraFixture>
{
    /// <summary>The built-in roles in use, with their ids as Azure publishes them.</summary>
    private static readonly Dictionary<string, Guid> BuiltInRoles = new(StringComparer.Ordinal)
    {
        ["Storage Blob Data Owner"] = Guid.Parse("b7e6dc6d-f1e8-4753-8033-0f276bb0955b"),
        ["Storage Blob Data Contributor"] = Guid.Parse("ba92f5b4-2d11-453d-a403-e96b0029c9fe"),
        ["Storage Blob Data Reader"] = Guid.Parse("2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"),
        ["Storage Queue Data Contributor"] = Guid.Parse("974c5e8b-45b9-4653-ba55-5f855dd0fb88"),
        ["Storage Table Data Contributor"] = Guid.Parse("0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"),
        ["Key Vault Secrets User"] = Guid.Parse("4633458b-17de-408a-b874-0445c86b69e6"),
        ["Key Vault Secrets Officer"] = Guid.Parse("b86a8fe4-44ce-4948-aee5-eccb2c155cd7"),
        ["Monitoring Metrics Publisher"] = Guid.Parse("3913510d-42f4-4e42-8a64-420c390055eb"),
    };

    /// <summary>Attributes that hold a credential once Azure has answered. The address of Application Insights is none: its local authentication is off.</summary>
    private static readonly string[] SecretAttributes =
    [
        "primary_access_key", "secondary_access_key", "primary_connection_string", "secondary_connection_string", "primary_blob_connection_string",
        "secondary_blob_connection_string", "primary_shared_key", "secondary_shared_key", "instrumentation_key", "site_credential",
        "storage_access_key", "storage_account_access_key", "custom_domain_verification_id",
    ];

    /// <summary>Types that write a secret into the state, or read one into it.</summary>
    private static readonly string[] SecretTypes =
    [
        "azurerm_key_vault_secret", "azurerm_function_app_host_keys", "azurerm_storage_account_sas", "azurerm_storage_account_blob_container_sas",
        "random_password", "tls_private_key",
    ];

    [Fact]
    public void Roles_AreBuiltInAndNoneIsBroaderThanData()
    {
        var assigned = RoleNames().ToList();

        Assert.NotEmpty(assigned);
        Assert.All(assigned, static role => Assert.Contains(role, BuiltInRoles.Keys));
        Assert.DoesNotContain(assigned, static role => role is "Owner" or "Contributor" or "User Access Administrator");
    }

    [Fact]
    public void Roles_OfTheApp_NeverReachBeyondItsOwnResources() => Assert.All(
        infra.Resources.Where(static block => block.Type == "azurerm_role_assignment"),
        static block => Assert.StartsWith("${module.", block.Body["scope"]!.GetValue<string>(), StringComparison.Ordinal));

    [Fact]
    public void Secrets_AreNeitherWrittenNorRead()
    {
        var types = infra.Modules.SelectMany(static module => module.Resources.Concat(module.Data)).Select(static block => block.Type);
        var texts = infra.Modules.SelectMany(static module => module.Strings).Select(static pair => pair.Text);

        Assert.DoesNotContain(types, SecretTypes.Contains);
        Assert.DoesNotContain(texts, static text => SecretAttributes.Any(name => text.Contains("." + name, StringComparison.Ordinal)));
    }

    [Fact]
    public void Outputs_OfTheRoot_HoldNoSecret() => Assert.All(infra.Root.Outputs, static output =>
    {
        Assert.False(output.Value.ContainsKey("sensitive"), $"{output.Key} is sensitive: it must not be an output.");
        Assert.DoesNotContain("connection_string", output.Value["value"]!.GetValue<string>(), StringComparison.Ordinal);
    });

    [Fact]
    public void Variables_OfTheRoot_TakeNoSecret() => Assert.All(infra.Root.Variables, static variable =>
    {
        Assert.False(variable.Value.ContainsKey("sensitive"), $"{variable.Key} is sensitive: secrets do not pass through Terraform.");
        Assert.DoesNotMatch(SecretNamePattern(), variable.Key);
    });

    [Theory]
    [InlineData("azurerm_storage_account", "shared_access_key_enabled", "false")]
    [InlineData("azurerm_storage_account", "allow_nested_items_to_be_public", "false")]
    [InlineData("azurerm_storage_account", "https_traffic_only_enabled", "true")]
    [InlineData("azurerm_storage_account", "min_tls_version", "TLS1_2")]
    [InlineData("azurerm_storage_account", "local_user_enabled", "false")]
    [InlineData("azurerm_storage_container", "container_access_type", "private")]
    [InlineData("azurerm_key_vault", "rbac_authorization_enabled", "true")]
    [InlineData("azurerm_key_vault", "purge_protection_enabled", "true")]
    [InlineData("azurerm_log_analytics_workspace", "local_authentication_enabled", "false")]
    [InlineData("azurerm_application_insights", "local_authentication_disabled", "true")]
    [InlineData("azurerm_function_app_flex_consumption", "https_only", "true")]
    [InlineData("azurerm_function_app_flex_consumption", "storage_authentication_type", "UserAssignedIdentity")]
    [InlineData("azurerm_function_app_flex_consumption", "webdeploy_publish_basic_authentication_enabled", "false")]
    [InlineData("azurerm_linux_function_app", "https_only", "true")]
    [InlineData("azurerm_linux_function_app", "storage_uses_managed_identity", "true")]
    [InlineData("azurerm_linux_function_app", "webdeploy_publish_basic_authentication_enabled", "false")]
    [InlineData("azurerm_linux_function_app", "ftp_publish_basic_authentication_enabled", "false")]
    public void Resource_ByDefault_IsLockedDown(string type, string argument, string expected)
    {
        var resources = infra.Resources.Where(block => block.Type == type).ToList();

        Assert.NotEmpty(resources);
        Assert.All(resources, block => Assert.Equal(expected, block.Body[argument]?.ToString()));
    }

    [Fact]
    public void Retention_NeverTouchesTheWatchOverPaidJobsTheEvidenceOrTheSamplingKey()
    {
        var policy = Assert.Single(infra.Resources, static block => block.Type == "azurerm_storage_management_policy");
        var deleted = policy.Body["dynamic"]!["rule"]![0]!["for_each"]!.ToString();

        Assert.All(["inflight", "ledger", "sampling"], name => Assert.DoesNotContain(name, deleted, StringComparison.Ordinal));
    }

    private IEnumerable<string> RoleNames() => infra.Modules.SelectMany(static module => module.Resources
        .Where(static block => block.Type == "azurerm_role_assignment")
        .SelectMany(block => block.Body["role_definition_name"]!.GetValue<string>() is var name && name != "${each.value}" ? [name] : Values(module, block)));

    private static IEnumerable<string> Values(TerraformModule module, TerraformBlock block)
    {
        var local = LocalPattern().Match(block.Body["for_each"]!.GetValue<string>()).Groups["name"].Value;
        return module.Locals[local] is JsonObject map ? TerraformModule.StringsOf(map) : QuotedPattern().Matches(module.Locals[local]!.GetValue<string>()).Select(static match => match.Groups["text"].Value);
    }

    [GeneratedRegex(@"local\.(?<name>\w+)", RegexOptions.None, 1000)]
    private static partial Regex LocalPattern();

    [GeneratedRegex("\"(?<text>[^\"]+)\"", RegexOptions.None, 1000)]
    private static partial Regex QuotedPattern();

    [GeneratedRegex("password|mnemonic|seed|token|_key$|connection_string", RegexOptions.None, 1000)]
    private static partial Regex SecretNamePattern();
}
