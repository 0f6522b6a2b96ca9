using System.Text.RegularExpressions;

namespace ComputeHorde.Durable.Azure.Tests.Infra;

public sealed partial class InfraSchemaTests(InfraFixture infra) : IClassFixture<InfraFixture>
{
    private static readonly SchemaCheck Schema = SchemaCheck.Load();

    [Fact]
    public void Infra_EveryArgumentAndBlock_IsInTheAzurermSchema() => Assert.Empty(infra.Modules.SelectMany(Schema.Check));

    [Fact]
    public void Infra_EveryReference_IsDeclaredAndEveryNameIsUsed()
    {
        var references = new ReferenceCheck(Schema, infra.Modules);

        Assert.Empty(infra.Modules.SelectMany(references.Check));
    }

    [Fact]
    public void Infra_EveryModule_IsCalled()
    {
        var references = new ReferenceCheck(Schema, infra.Modules);
        var called = infra.Modules.SelectMany(module => module.Modules.Values.Select(call => references.Target(module, call["source"]!.GetValue<string>())?.Folder));

        Assert.Empty(infra.Modules.Skip(1).Select(static module => module.Folder).Except(called));
    }

    [Fact]
    public void Infra_EveryVariableAndOutput_HasATypeAndADescription()
    {
        var variables = infra.Modules.SelectMany(static module => module.Variables.Select(pair => (Name: $"{module.Folder} var.{pair.Key}", pair.Value, Needs: new[] { "description", "type" })));
        var outputs = infra.Modules.SelectMany(static module => module.Outputs.Select(pair => (Name: $"{module.Folder} output.{pair.Key}", pair.Value, Needs: new[] { "description" })));

        Assert.Empty(variables.Concat(outputs).Where(static item => !item.Needs.All(item.Value.ContainsKey)).Select(static item => item.Name));
    }

    [Fact]
    public void Infra_EveryRootVariable_IsInTheDocumentation()
    {
        var documentation = Repository.ReadText("docs", "azure.md");

        Assert.All(infra.Root.Variables.Keys, name => Assert.Contains($"| `{name}` |", documentation, StringComparison.Ordinal));
    }

    [Fact]
    public void Infra_EveryFileThatIsRead_Exists()
    {
        var files = from module in infra.Modules
                    from text in module.Strings
                    from Match match in FilePattern().Matches(text.Text)
                    select (module.Folder, Pattern: TemplatePattern().Replace(match.Groups["path"].Value, "*"));

        Assert.NotEmpty(files);
        Assert.All(files, static file => Assert.NotEmpty(Directory.GetFiles(Repository.Path("infra", file.Folder), file.Pattern)));
    }

    [Fact]
    public async Task Infra_TerraformFmt_WouldChangeNothing()
    {
        var format = await Repository.RunAsync(Repository.Path("infra"), "terraform", "fmt", "-check", "-recursive", "-diff");
        Assert.SkipWhen(format is null, "terraform is not installed");

        Assert.True(format!.ExitCode == 0, format.Output);
    }

    [Fact]
    public async Task Check_WrongTerraform_NamesEveryMistake()
    {
        var folder = Directory.CreateTempSubdirectory("infra-check");
        await File.WriteAllTextAsync(
            Path.Combine(folder.FullName, "main.tf"),
            """
            variable "unused" {}

            module "gone" {
              source = "./modules/gone"
            }

            resource "azurerm_storage_account" "this" {
              name                     = "x"
              location                 = var.region
              account_tier             = azurerm_storage_account.this.no_such_attribute
              account_replication_type = azurerm_resource_group.gone.name
              primary_access_key       = "x"
              shared_key               = false

              blob_properties {
                delete_retention_policy {
                  dayz = 7
                }
              }

              blob_properties {}
            }

            resource "azurerm_resource_group" "list" {
              name     = local.gone
              location = "x"
              timeouts = "1h"
            }

            resource "azurerm_nothing" "this" {}
            """);
        var modules = await TerraformFiles.LoadAsync(folder.FullName);

        string[] problems = [.. modules.SelectMany(Schema.Check), .. modules.SelectMany(new ReferenceCheck(Schema, modules).Check)];

        Assert.Equal(
            [
                ": var.unused is not used",
                "main.tf: azurerm_nothing.this: type azurerm_nothing is not in azurerm-schema.json (unknown, or the schema has to be made again)",
                "main.tf: azurerm_resource_group.gone.name is not declared",
                "main.tf: azurerm_resource_group.list.timeouts: is a block, not an argument",
                "main.tf: azurerm_storage_account.this.blob_properties: can be given once",
                "main.tf: azurerm_storage_account.this.no_such_attribute: azurerm_storage_account has no attribute 'no_such_attribute'",
                "main.tf: azurerm_storage_account.this: 'primary_access_key' can only be read",
                "main.tf: azurerm_storage_account.this: 'resource_group_name' is required",
                "main.tf: azurerm_storage_account.this: unknown argument 'shared_key'",
                "main.tf: local.gone is not declared",
                "main.tf: var.region is not declared",
                "module.gone: ./modules/gone does not exist",
            ],
            problems.Order(StringComparer.Ordinal));
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Check_MistakeInANestedBlock_IsFound()
    {
        var folder = Directory.CreateTempSubdirectory("infra-check");
        await File.WriteAllTextAsync(
            Path.Combine(folder.FullName, "main.tf"),
            """
            resource "azurerm_storage_management_policy" "this" {
              storage_account_id = "x"

              dynamic "rule" {
                for_each = [1]

                content {
                  name    = "x"
                  enabled = true

                  filters {
                    blob_types = ["blockBlob"]
                  }

                  actions {
                    base_blob {
                      delete_after = 7
                    }
                  }
                }
              }
            }
            """);
        var modules = await TerraformFiles.LoadAsync(folder.FullName);

        Assert.Equal(
            ["main.tf: azurerm_storage_management_policy.this.rule.actions.base_blob: unknown argument 'delete_after'"],
            modules.SelectMany(Schema.Check));
        folder.Delete(recursive: true);
    }

    [GeneratedRegex(@"file\(""\$\{path\.module\}/(?<path>[^""]+)""\)", RegexOptions.None, 1000)]
    private static partial Regex FilePattern();

    [GeneratedRegex(@"\$\{[^}]+\}", RegexOptions.None, 1000)]
    private static partial Regex TemplatePattern();
}
