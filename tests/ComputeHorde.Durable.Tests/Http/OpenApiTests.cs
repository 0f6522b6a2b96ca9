using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ComputeHorde.Durable.Batches;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Http;
using ComputeHorde.Durable.Runs;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Durable.Streaming;
using ComputeHorde.Durable.Tests.Support;
using ComputeHorde.Functions.Local;
using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Durable.Tests.Http;

public partial class OpenApiTests
{
    private static readonly JsonObject Document = Read();

    [Fact]
    public void Paths_OfTheDocument_AreTheRoutesOfTheFunctions()
    {
        var routes = FunctionDescriptor
            .DiscoverIn(typeof(DurableServices).Assembly)
            .Where(static function => function.Trigger.Attribute is HttpTriggerAttribute)
            .SelectMany(static function =>
                function
                    .Trigger.Properties["methods"]
                    .ToLowerInvariant()
                    .Split(',')
                    .Select(method =>
                        $"{method} /{function.Trigger.Properties["route"]} {function.Name} {function.Trigger.Properties["authLevel"]}"
                    )
            );

        var described = Document["paths"]!
            .AsObject()
            .SelectMany(static path =>
                path.Value!.AsObject()
                    .Select(operation =>
                        $"{operation.Key} {path.Key} {operation.Value!["operationId"]} {(operation.Value["security"] is null ? "function" : "anonymous")}"
                    )
            );

        Assert.Equal(routes.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void References_OfTheDocument_AllLeadSomewhere()
    {
        var schemas = Document["components"]!["schemas"]!.AsObject();

        Assert.All(
            ReferencePattern().Matches(Document.ToJsonString()),
            reference => Assert.True(schemas.ContainsKey(reference.Groups["name"].Value), reference.Value)
        );
    }

    [Fact]
    public void Parameters_InPaths_AreDeclared()
    {
        foreach (var (path, item) in Document["paths"]!.AsObject())
        {
            foreach (var (method, operation) in item!.AsObject())
            {
                var declared = (operation!["parameters"]?.AsArray() ?? [])
                    .Where(static parameter => (string?)parameter!["in"] == "path")
                    .Select(static parameter => (string?)parameter!["name"]);
                Assert.Equal(PlaceholderPattern().Matches(path).Select(static match => match.Groups["name"].Value), declared);
                Assert.NotNull(method);
            }
        }
    }

    [Fact]
    public void Schemas_OfOurModels_HaveTheirFields()
    {
        AssertFields<RunPolicy>("RunPolicy");
        AssertFields<RunView>("Run");
        AssertFields<RunPage>("RunPage");
        AssertFields<StreamingEndpoint>("StreamingEndpoint");
        AssertFields<StreamingAccess>("StreamingAccess");
        AssertFields<BatchResult>("BatchResult", "is_completed");
        AssertFields<ComputeHorde.Durable.Batches.BatchView>("Batch");
        AssertFields<ResultManifest>("ResultManifest");
        AssertFields<ContentReference>("Content");
        Assert.Equal(
            RunPage.Statuses.Order(StringComparer.Ordinal),
            Document["components"]!["schemas"]!["RunStatus"]!["enum"]!
                .AsArray()
                .Select(static value => (string)value!)
                .Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task Get_Document_IsServed()
    {
        await using var horde = await HordeFixture.StartAsync();

        Assert.True(JsonNode.DeepEquals(Document, await horde.GetAsync("openapi.json")));
    }

    private static void AssertFields<T>(string schema, params string[] hidden)
    {
        var described = Document["components"]!["schemas"]![schema]!["properties"]!.AsObject().Select(static property => property.Key);
        var fields = typeof(T)
            .GetProperties()
            .Where(static property => !property.GetMethod!.IsStatic)
            .Select(static property => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name))
            .Except(hidden);
        Assert.Equal(fields.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
    }

    private static JsonObject Read()
    {
        using var stream = typeof(OpenApi).Assembly.GetManifestResourceStream(OpenApi.ResourceName)!;
        return JsonNode.Parse(stream)!.AsObject();
    }

    [GeneratedRegex("\"#/components/schemas/(?<name>\\w+)\"", RegexOptions.None, 1000)]
    private static partial Regex ReferencePattern();

    [GeneratedRegex("\\{(?<name>\\w+)\\}", RegexOptions.None, 1000)]
    private static partial Regex PlaceholderPattern();
}
