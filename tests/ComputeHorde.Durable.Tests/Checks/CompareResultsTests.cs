using System.Security.Cryptography;
using ComputeHorde.Durable.Checks;
using ComputeHorde.Durable.Checks.Comparers;
using ComputeHorde.Durable.Outputs;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Durable.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace ComputeHorde.Durable.Tests.Checks;

/// <summary>Stored results, and what may have become of them since they were settled.</summary>
public sealed class CompareResultsTests(CompareResultsTests.Stored stored) : IClassFixture<CompareResultsTests.Stored>
{
    [Theory]
    [InlineData("numeric-tolerance", "[1, 2, 3]", "match")]
    [InlineData("numeric-tolerance", "[1, 2, 4]", "mismatch")]
    [InlineData("json-tolerance", "[1, 2, 3]", "match")]
    [InlineData("json-tolerance", "[1, 2", "inconclusive")]
    [InlineData("sha256", "[1, 2, 3]", "mismatch")]
    [InlineData("custom:thrower", "[1, 2, 3]", "inconclusive")]
    [InlineData("custom:accuser", "[1, 2, 3]", "mismatch")]
    [InlineData("custom:unknown", "[1, 2, 3]", "inconclusive")]
    public async Task Run_AnyComparer_GivesAVerdict(string comparer, string untrusted, string verdict)
    {
        var outcome = await stored.CompareAsync(comparer, await stored.SaveAsync(untrusted), await stored.SaveAsync("[1.0, 2.0, 3.0]"));
        Assert.True(outcome.Verdict == verdict, $"{outcome.Verdict}: {outcome.Reason}");
    }

    [Theory]
    [InlineData("numeric-tolerance", "[1, 2, 4]")]
    [InlineData("numeric-tolerance", "[1, 2]")]
    [InlineData("numeric-tolerance", "")]
    [InlineData("numeric-tolerance", "[1, 2, 3, 4]")]
    [InlineData("numeric-tolerance", "[9, 2, 3]")]
    [InlineData("json-tolerance", "[1, 2]")]
    [InlineData("json-tolerance", "[1, 2, 4]")]
    [InlineData("json-tolerance", "[1, 2, 3, 4]")]
    [InlineData("custom:accuser", "[1, 2, 4]")]
    [InlineData("numeric-tolerance", null)]
    [InlineData("json-tolerance", null)]
    public async Task Run_AnOutputWasOverwrittenSince_IsInconclusive(string comparer, string? later)
    {
        foreach (var isMiners in new[] { true, false })
        {
            var (untrusted, trusted) = (await stored.SaveAsync("[1, 2, 3]"), await stored.SaveAsync("[1.0, 2.0, 3.0]"));
            await stored.OverwriteAsync(
                isMiners ? untrusted : trusted,
                isMiners ? later : later?.Replace(",", ".0,", StringComparison.Ordinal)
            );
            var outcome = await stored.CompareAsync(comparer, untrusted, trusted);
            Assert.Equal("inconclusive", outcome.Verdict);
            Assert.Contains("since the run ended", outcome.Reason, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("[1, 2, 4]")]
    [InlineData("[9, 2, 3]")]
    [InlineData("[1, 2, 3]")]
    public async Task Run_AnOutputThatWasNotHashedWasOverwrittenSince_IsInconclusive(string later)
    {
        var (untrusted, trusted) = (await stored.SaveAsync("[1, 2, 3]", isHashed: false), await stored.SaveAsync("[1.0, 2.0, 3.0]"));
        Assert.Equal("match", (await stored.CompareAsync("numeric-tolerance", untrusted, trusted)).Verdict);

        await stored.OverwriteAsync(untrusted, later);
        var outcome = await stored.CompareAsync("numeric-tolerance", untrusted, trusted);

        Assert.Equal("inconclusive", outcome.Verdict);
        Assert.Contains("since the run ended", outcome.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_TheResultItselfIsGone_IsInconclusive()
    {
        var gone = await stored.SaveAsync("[1, 2, 3]") with { Blob = "gone/1/manifest.json" };
        Assert.Equal("inconclusive", (await stored.CompareAsync("numeric-tolerance", gone, await stored.SaveAsync("[1, 2, 3]"))).Verdict);
    }

    /// <summary>A storage account with results in it.</summary>
    public sealed class Stored : IAsyncLifetime
    {
        private readonly Dictionary<string, string> _outputs = new(StringComparer.Ordinal);
        private int _results;

        private HordeFixture Horde { get; set; } = null!;

        public async ValueTask InitializeAsync() =>
            Horde = await HordeFixture.StartAsync(
                new HordeFixtureOptions
                {
                    InMemory = true,
                    Services = static services =>
                        services
                            .AddSingleton<IResultComparer>(
                                new CustomComparer("thrower", static _ => throw new InvalidOperationException("out of its depth\0"))
                            )
                            .AddSingleton<IResultComparer>(new CustomComparer("accuser", static stream => stream.ReadByte())),
                }
            );

        public ValueTask DisposeAsync() => Horde.DisposeAsync();

        /// <summary>Stores a result with one output.</summary>
        internal async Task<ResultReference> SaveAsync(string output, bool isHashed = true)
        {
            var folder = $"stored-{Interlocked.Increment(ref _results)}/1";
            var bytes = System.Text.Encoding.UTF8.GetBytes(output);
            await Horde.UploadAsync(ContainerNames.Outputs, $"{folder}/a", output);
            var nothing = new ContentReference(null, 0, null);
            var store = Horde.Functions.Services.GetRequiredService<IOutputStore>();
            var reference = new ContentReference(
                $"{folder}/a",
                bytes.Length,
                isHashed ? Convert.ToHexStringLower(SHA256.HashData(bytes)) : null
            )
            {
                ETag = isHashed ? null : (await store.FindAsync($"{folder}/a", TestContext.Current.CancellationToken))!.ETag,
            };
            var manifest = new ResultManifest(
                "job",
                1,
                nothing,
                nothing,
                new Dictionary<string, ContentReference>(),
                new Dictionary<string, ContentReference> { ["/output/a"] = reference }
            );
            var content = SnakeCaseJson.ToUtf8(manifest);
            await Horde.UploadAsync(ContainerNames.Results, $"{folder}/manifest.json", System.Text.Encoding.UTF8.GetString(content));
            _outputs[$"{folder}/manifest.json"] = $"{folder}/a";
            return new ResultReference(
                $"{folder}/manifest.json",
                nothing,
                nothing,
                0,
                1,
                Convert.ToHexStringLower(SHA256.HashData(content))
            );
        }

        internal async Task OverwriteAsync(ResultReference result, string? output)
        {
            if (output is null)
            {
                await Horde
                    .Blobs.GetBlobContainerClient(ContainerNames.Outputs)
                    .DeleteBlobAsync(_outputs[result.Blob], cancellationToken: TestContext.Current.CancellationToken);
            }
            else
            {
                await Horde.UploadAsync(ContainerNames.Outputs, _outputs[result.Blob], output);
            }
        }

        internal Task<CompareOutcome> CompareAsync(string comparer, ResultReference untrusted, ResultReference trusted) =>
            ActivatorUtilities
                .CreateInstance<CompareResults>(Horde.Functions.Services)
                .RunAsync(new CompareInput(untrusted, trusted, comparer, new ComparisonSettings()), TestContext.Current.CancellationToken);
    }

    private sealed class CustomComparer(string name, Action<Stream> read) : IResultComparer
    {
        public string Name => name;

        public async Task<Comparison> CompareAsync(
            IResultContent untrusted,
            IResultContent trusted,
            ComparisonSettings settings,
            CancellationToken cancellationToken
        )
        {
            foreach (var result in new[] { untrusted, trusted })
            {
                await using var stream = await result.OpenAsync(result.Manifest.Outputs["/output/a"], cancellationToken);
                read(stream);
            }

            return new Comparison(Verdict.Mismatch, "the first bytes do not please");
        }
    }
}
