using System.Diagnostics.Metrics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using ComputeHorde.Durable.Checks;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Runs;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.Azure.Tests.Infra;

/// <summary>Alerts and the workbook look for log lines by name: what they name must be logged.</summary>
[Collection(InfraTests.Name)]
public sealed partial class QueryTests(InfraFixture infra)
{
    private static readonly Dictionary<string, string> Messages = typeof(DurableServices)
        .Assembly.GetTypes()
        .SelectMany(static type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
        .Select(static method => (method.Name, Message: method.GetCustomAttribute<LoggerMessageAttribute>()?.Message))
        .Where(static pair => pair.Message is not null)
        .ToDictionary(static pair => pair.Name, static pair => pair.Message!, StringComparer.Ordinal);

    public static TheoryData<string> Queries { get; } =
    [.. Directory.GetFiles(Repository.Path("infra", "queries")).Select(static path => Path.GetFileNameWithoutExtension(path))];

    [Theory]
    [MemberData(nameof(Queries))]
    public void Query_OfLogLines_NamesEventsAndFieldsThatAreLogged(string query)
    {
        var text = Repository.ReadText("infra", "queries", query + ".kql");
        var events = EventPattern()
            .Matches(text)
            .SelectMany(static match => QuotedPattern().Matches(match.Value))
            .Select(static match => match.Groups["text"].Value)
            .ToList();
        if (events.Count == 0)
        {
            return;
        }

        var fields = FieldPattern().Matches(text).Select(static match => match.Groups["name"].Value).Except(["EventName"]).Distinct();

        Assert.All(events, static name => Assert.Contains(name, Messages.Keys));
        Assert.All(fields, field => Assert.Contains(events, name => Messages[name].Contains('{' + field + '}', StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Queries))]
    public void Query_OfMetrics_NamesInstrumentsThatExist(string query)
    {
        var named = MetricPattern()
            .Matches(Repository.ReadText("infra", "queries", query + ".kql"))
            .Select(static match => match.Groups["text"].Value);

        Assert.Subset(Instruments(), named.ToHashSet(StringComparer.Ordinal));
    }

    [Fact]
    public void Queries_AreTheOnesOfAlertsAndCharts()
    {
        var used = QueryFilePattern()
            .Matches(Repository.ReadText("infra", "app", "monitoring.bicep"))
            .Select(static match => match.Groups["name"].Value);
        var alerts = infra
            .Flex.Names("Microsoft.Insights/scheduledQueryRules")
            .Select(static name => name.Replace("-computehorde-dev", string.Empty, StringComparison.Ordinal));

        Assert.Equal(Queries.Select(static row => row.Data).Order(StringComparer.Ordinal), used.Distinct().Order(StringComparer.Ordinal));
        Assert.Superset(
            new HashSet<string> { "failed-runs", "confirmed-cheats", "outages", "poison-messages", "horde-down" },
            alerts.ToHashSet()
        );
    }

    private static HashSet<string> Instruments()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => names.Add(instrument.Name) };
        foreach (
            var type in typeof(DurableServices)
                .Assembly.GetTypes()
                .Where(static type => type.Name.EndsWith("Telemetry", StringComparison.Ordinal))
        )
        {
            RuntimeHelpers.RunClassConstructor(type.TypeHandle);
        }

        listener.Start();
        return names;
    }

    [GeneratedRegex(@"queries/(?<name>[\w-]+)\.kql", RegexOptions.None, 1000)]
    private static partial Regex QueryFilePattern();

    [GeneratedRegex("\"(?<text>computehorde\\.[\\w.]+)\"", RegexOptions.None, 1000)]
    private static partial Regex MetricPattern();

    [GeneratedRegex(@"Properties\.EventName\) (==|in) [^\n]+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex EventPattern();

    [GeneratedRegex(@"Properties\.(?<name>\w+)", RegexOptions.None, 1000)]
    private static partial Regex FieldPattern();

    [GeneratedRegex("\"(?<text>\\w+)\"", RegexOptions.None, 1000)]
    private static partial Regex QuotedPattern();
}
