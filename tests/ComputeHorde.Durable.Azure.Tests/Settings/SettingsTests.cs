using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ComputeHorde.Durable.Azure.Tests.Infra;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Azure.Tests.Settings;

[Collection(InfraTests.Name)]
public sealed partial class SettingsTests(InfraFixture infra)
{
    /// <summary>
    /// Settings of the storage connections, which have two forms: one connection string, or an identity. Locally the host's serves both.
    /// </summary>
    private const string Storage = "AzureWebJobsStorage",
        DataStorage = "ComputeHordeStorage";

    /// <summary>On Azure the hotkey comes from Key Vault; there is no wallet folder.</summary>
    private static readonly string[] LocalOnly =
    [
        "ComputeHorde__WalletPath",
        "ComputeHorde__WalletName",
        "ComputeHorde__WalletHotkey",
        "ComputeHorde__WalletPassword",
        "ComputeHorde__WalletPasswordFile",
        "ComputeHorde__HotkeySecretFile",
    ];

    /// <summary>A list, empty by default: an entry of its own would not be empty. docs/configuration.md says how to give it.</summary>
    private static readonly string[] DocumentedOnly =
    [
        "ComputeHorde__ExtraExecutorClasses",
        "ComputeHorde__Limits",
        "ComputeHorde__WebhookEvents",
        "ComputeHorde__ContainerAppsMachines",
    ];

    /// <summary>
    /// Options of the client that are no settings of the functions: an object, two intervals of a waiting that the functions do not use, a
    /// time that CreateFenceSeconds gives, and two bounds that nobody has a reason to set.
    /// </summary>
    private static readonly string[] NotOfTheFunctions =
    [
        "ComputeHorde__Signer",
        "ComputeHorde__PollInterval",
        "ComputeHorde__MaxPollInterval",
        "ComputeHorde__CreateDoubt",
        "ComputeHorde__MaxPageBytes",
        "ComputeHorde__MaxUncertainCreates",
    ];

    /// <summary>Settings whose value on Azure follows from other resources.</summary>
    private static readonly string[] FromInfrastructure =
    [
        "ComputeHorde__HotkeySecret",
        "ComputeHorde__RetentionDays",
        "AzureWebJobs.JobSpecPolled.Disabled",
    ];

    [Fact]
    public void Settings_InCode_AreInSampleInfraAndDocumented()
    {
        var code = SettingsInCode.Names.Where(static name => IsOurs(name)).Except(NotOfTheFunctions).ToList();
        var sample = Sample().Where(static name => IsOurs(name)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var inInfra = InfraSettings().Where(static name => IsOurs(name)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var documented = Documented().Where(static name => IsOurs(name)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var problems = new List<string>();

        foreach (var name in code.Union(sample).Union(inInfra).Union(documented).Order(StringComparer.Ordinal))
        {
            Need(code.Contains(name, StringComparer.OrdinalIgnoreCase) || DocumentedOnly.Contains(name), $"{name}: no code asks for it");
            Need(sample.Contains(name) || DocumentedOnly.Contains(name), $"{name}: missing in local.settings.sample.json");
            Need(
                inInfra.Contains(name) || LocalOnly.Contains(name) || DocumentedOnly.Contains(name),
                $"{name}: missing in infra/app/functions.bicep"
            );
            Need(documented.Contains(name), $"{name}: missing in the table of docs/configuration.md (first column, in backticks)");
        }

        Assert.True(problems.Count == 0, string.Join('\n', problems));

        void Need(bool isThere, string problem)
        {
            if (!isThere)
            {
                problems.Add(problem);
            }
        }
    }

    [Fact]
    public void Settings_OfStorage_AreAnIdentityOnAzureAndAzuriteLocally()
    {
        var given = InfraSettings().ToHashSet();

        Assert.DoesNotContain(Storage, given);
        Assert.DoesNotContain(DataStorage, given);
        Assert.All(
            [Storage, DataStorage],
            name =>
                Assert.Superset(
                    new HashSet<string>
                    {
                        $"{name}__blobServiceUri",
                        $"{name}__queueServiceUri",
                        $"{name}__credential",
                        $"{name}__clientId",
                    },
                    given
                )
        );
        Assert.Superset(new HashSet<string> { $"{Storage}__accountName", $"{Storage}__tableServiceUri" }, given);
        Assert.Equal("UseDevelopmentStorage=true", SampleValues()[Storage]!.GetValue<string>());
    }

    [Fact]
    public void Settings_WithAStorageForm_AreAllHandledByTheCode()
    {
        var read = SettingsInCode.Names.ToHashSet(StringComparer.Ordinal);

        Assert.All(
            [Storage, DataStorage],
            name =>
                Assert.Superset(new HashSet<string> { name, $"{name}__accountName", $"{name}__blobServiceUri", $"{name}__clientId" }, read)
        );
    }

    [Fact]
    public void Settings_WithTheSameDefault_AgreeBetweenSampleAndInfra()
    {
        var sample = SampleValues();
        var defaults = infra
            .Flex.Settings.Where(setting => sample.ContainsKey(setting.Key) && !FromInfrastructure.Contains(setting.Key))
            .ToList();

        Assert.True(defaults.Count > 20);
        Assert.All(defaults, setting => Assert.Equal(sample[setting.Key]!.GetValue<string>(), setting.Value!.GetValue<string>()));
    }

    [Fact]
    public void Settings_ThatDisableAFunction_NameOneThatExists()
    {
        var functions = Functions.FunctionsTable.Rows.Select(static row => row.Name).ToHashSet(StringComparer.Ordinal);
        var named = infra
            .All.SelectMany(static deployment => deployment.Settings)
            .Select(static pair => pair.Key)
            .Concat(Sample())
            .SelectMany(static name => DisabledPattern().Matches(name))
            .Select(static match => match.Groups["function"].Value);

        Assert.Subset(functions, named.ToHashSet(StringComparer.Ordinal));
    }

    private static bool IsOurs(string name) =>
        name.StartsWith("ComputeHorde", StringComparison.OrdinalIgnoreCase)
        && name is not "ComputeHorde"
        && !name.StartsWith(DataStorage, StringComparison.OrdinalIgnoreCase);

    private static JsonObject SampleValues() => JsonNode.Parse(Repository.ReadText("local.settings.sample.json"))!["Values"]!.AsObject();

    private static IEnumerable<string> Sample() => SampleValues().Select(static pair => pair.Key);

    private IEnumerable<string> InfraSettings() =>
        infra.All.SelectMany(static deployment => deployment.Settings).Select(static pair => pair.Key).Distinct();

    private static IEnumerable<string> Documented() =>
        Repository
            .ReadText("docs/configuration.md")
            .Split('\n')
            .Select(static line => RowPattern().Match(line))
            .Where(static match => match.Success)
            .Select(static match => match.Groups["name"].Value);

    /// <summary>The item number of a list is not part of its name.</summary>
    [GeneratedRegex(@"^\|\s*`(?<name>[^`]+?)(__0|__<[a-z ]+>__\w+)?`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RowPattern();

    [GeneratedRegex(@"AzureWebJobs\.(?<function>\w+)\.Disabled", RegexOptions.None, 1000)]
    private static partial Regex DisabledPattern();
}
