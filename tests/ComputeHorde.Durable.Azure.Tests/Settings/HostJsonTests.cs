using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ComputeHorde.Durable.Azure.Tests.Settings;

/// <summary>A key of host.json that nobody reads is a setting that does not hold, without a word.</summary>
public sealed partial class HostJsonTests : IDisposable
{
    private static readonly string[] Documents =
    [
        "docs/azure.md",
        "docs/scale.md",
        "docs/runbook.md",
        "docs/configuration.md",
        "infra/main.bicep",
        "infra/app/functions.bicep",
    ];

    private readonly HostOptions _options = new();

    [Fact]
    public void EachKey_OfHostJson_IsAnOptionOfTheRealExtension()
    {
        var extensions = JsonNode.Parse(Repository.ReadText("host.json"))!["extensions"]!.AsObject();

        Assert.Empty(_options.FaultsOf(extensions));
        Assert.All(["durableTask", "queues", "blobs"], section => Assert.NotEmpty(extensions[section]!.AsObject()));
    }

    [Theory]
    [InlineData(
        """{"durableTask":{"maxConcurrentActivityFunction":32}}""",
        "durableTask.maxConcurrentActivityFunction is no option of DurableTaskOptions."
    )]
    [InlineData(
        """{"durableTask":{"storageProvider":{"controlQueueVisibility":"00:01:00"}}}""",
        "durableTask.storageProvider.controlQueueVisibility is no option of AzureStorageOptions."
    )]
    [InlineData("""{"durableTask":{"tracing":{"traceInputs":false}}}""", "durableTask.tracing.traceInputs is no option of TraceOptions.")]
    [InlineData("""{"queues":{"visibilityTimeout":"ten seconds"}}""", "queues.visibilityTimeout cannot be \"ten seconds\".")]
    [InlineData("""{"queues":{"messageEncoding":"utf8"}}""", "queues.messageEncoding cannot be \"utf8\".")]
    [InlineData("""{"blobs":{"poisonBlobThreshold":"five"}}""", "blobs.poisonBlobThreshold cannot be \"five\".")]
    public void Key_ThatIsMisspeltOrOfAWrongType_IsFound(string extensions, string fault) =>
        Assert.Equal([fault], _options.FaultsOf(JsonNode.Parse(extensions)!.AsObject()));

    [Fact]
    public void EachKey_ThatDocumentsAndInfrastructureName_IsAnOptionOfTheRealExtension()
    {
        var named = Documents
            .SelectMany(static document =>
                KeyPattern().Matches(Repository.ReadText(document)).Select(match => (document, Key: match.Groups["key"].Value))
            )
            .ToList();
        var blocks = Documents
            .SelectMany(static document =>
                BlockPattern().Matches(Repository.ReadText(document)).Select(match => (document, match.Groups["json"].Value))
            )
            .ToList();

        Assert.NotEmpty(named);
        Assert.NotEmpty(blocks);
        Assert.All(
            named,
            key =>
                Assert.DoesNotContain(
                    _options.FaultsOf(Nest(key.Key)),
                    static fault => fault.Contains("is no option", StringComparison.Ordinal)
                )
        );
        Assert.All(blocks, block => Assert.Empty(_options.FaultsOf(JsonNode.Parse($"{{{block.Value}}}")!.AsObject())));
    }

    public void Dispose() => _options.Dispose();

    /// <summary><c>durableTask.tracing.version</c> as an object.</summary>
    private static JsonObject Nest(string key) =>
        (JsonObject)
            key.Split(['.', '_'], StringSplitOptions.RemoveEmptyEntries)
                .Reverse()
                .Aggregate((JsonNode)JsonValue.Create(""), static (inner, name) => new JsonObject { [name] = inner });

    [GeneratedRegex(
        @"extensions(\.|__)(?<key>(durableTask|queues|blobs)((\.|__)[A-Za-z]+)+)",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex KeyPattern();

    [GeneratedRegex(
        @"^```json\n(?<json>""(durableTask|queues|blobs)"".*?)^```",
        RegexOptions.ExplicitCapture | RegexOptions.Multiline | RegexOptions.Singleline,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex BlockPattern();
}
