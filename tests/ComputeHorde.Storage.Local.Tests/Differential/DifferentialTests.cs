using System.Text;
using System.Text.RegularExpressions;

namespace ComputeHorde.Storage.Local.Tests.Differential;

/// <summary>
/// The same requests, byte for byte, to Azurite and to our storage: the same answers, but for the differences that are listed.
/// </summary>
public sealed partial class DifferentialTests(AzuriteFixture fixture) : IClassFixture<AzuriteFixture>
{
    public static TheoryData<string> Names => [.. Scenarios.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Requests_OfAScenario_AreAnsweredAsByAzurite(string scenario)
    {
        var theirs = await RunAsync(fixture.Azurite, scenario);
        var ours = await RunAsync(fixture.Ours, scenario);

        var differences = new StringBuilder();
        for (var index = 0; index < theirs.Count; index++)
        {
            var step = Scenarios.All[scenario][index];
            var missing = theirs[index]
                .Except(ours[index])
                .Where(line => !KnownDifferences.Covers(scenario, step, $"- {line}"))
                .Select(line => $"- {line}");
            var added = ours[index]
                .Except(theirs[index])
                .Where(line => !KnownDifferences.Covers(scenario, step, $"+ {line}"))
                .Select(line => $"+ {line}");
            var found = missing.Concat(added).ToList();
            if (found.Count > 0)
            {
                differences.AppendLine().AppendLine($"{index}: {step}").AppendJoin("\n    ", found.Prepend("    ")).AppendLine();
            }
        }

        Assert.True(differences.Length == 0, differences.ToString());
    }

    private static async Task<List<IReadOnlyList<string>>> RunAsync(Wire wire, string scenario)
    {
        var box = $"box{Guid.NewGuid():N}";
        string? eTag = null,
            receipt = null,
            id = null;
        List<IReadOnlyList<string>> answers = [];
        foreach (var line in Scenarios.All[scenario])
        {
            var text = line.Replace("{box}", box, StringComparison.Ordinal)
                .Replace("{etag}", eTag, StringComparison.Ordinal)
                .Replace("{id}", id, StringComparison.Ordinal)
                .Replace("{receipt}", Uri.EscapeDataString(receipt ?? ""), StringComparison.Ordinal)
                .Replace("{base}", wire.Base(isBlob: true), StringComparison.Ordinal)
                .Replace("{sas:expired}", wire.SignBlob($"/{box}/a", "r", "b", expiry: "2020-01-01T00:00:00Z"), StringComparison.Ordinal)
                .Replace(
                    "{sas:early}",
                    wire.SignBlob($"/{box}/a", "r", "b", start: "2120-01-01T00:00:00Z", expiry: "2121-01-01T00:00:00Z"),
                    StringComparison.Ordinal
                );
            text = Signature()
                .Replace(
                    text,
                    match =>
                        match.Groups["kind"].Value.Split(':') switch
                        {
                            ["sas", var permissions, var resource, var path] => wire.SignBlob($"/{box}{path}", permissions, resource),
                            ["account", var permissions, var services, var types] => wire.SignAccount(permissions, services, types),
                            ["queue", var permissions] => wire.SignQueue(box, permissions),
                            _ => match.Value,
                        }
                );
            var answer = await wire.SendAsync(Step.Parse(text), TestContext.Current.CancellationToken);
            (eTag, receipt, id) = (answer.ETag ?? eTag, answer.Receipt ?? receipt, answer.MessageId ?? id);
            answers.Add([.. answer.Lines.Select(found => found.Replace(box, "{box}", StringComparison.Ordinal))]);
        }

        return answers;
    }

    [GeneratedRegex(@"\{(?<kind>(sas|account|queue):[^}]*)\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Signature();
}
