using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ComputeHorde.Durable.Checks.Comparers;
using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Tests.Checks;

/// <summary>ComparerRegistry, against results as a miner might return them.</summary>
public sealed class ComparerTests
{
    [Theory]
    [InlineData("{\"a\":1.0,\"b\":[1,2]}", "{\"b\":[1,2],\"a\":1.0000001}", Verdict.Match)]
    [InlineData("{\"a\":1.0}", "{\"a\":1.1}", Verdict.Mismatch)]
    [InlineData("{\"a\":1}", "{\"a\":\"1\"}", Verdict.Mismatch)]
    [InlineData("{\"a\":1,\"b\":2}", "{\"a\":1}", Verdict.Mismatch)]
    [InlineData("{\"a\":[1,2]}", "{\"a\":[2,1]}", Verdict.Mismatch)]
    [InlineData("not json", "{}", Verdict.Mismatch)]
    [InlineData("{}", "not json", Verdict.Inconclusive)]
    [InlineData("{\"a\":\"\\ud800\"}", "{\"a\":\"x\"}", Verdict.Mismatch)]
    [InlineData("{\"\\ud800\":1}", "{\"a\":1}", Verdict.Mismatch)]
    [InlineData("{\"a\":1,\"a\":1}", "{\"a\":1}", Verdict.Mismatch)]
    [InlineData("123456789012345678901234567890", "123456789012345678901234567890", Verdict.Match)]
    public async Task Json_AnyPair_ComparesNumbersWithinToleranceAndTheRestExactly(string untrusted, string trusted, Verdict expected) =>
        Assert.Equal(expected, (await CompareAsync("json-tolerance", Bytes(untrusted), Bytes(trusted))).Verdict);

    [Theory]
    [InlineData("1 2 3", "1.000001 2 3", Verdict.Match)]
    [InlineData("1 2 3", "1, 2; 3", Verdict.Match)]
    [InlineData("1 2", "1 2 3", Verdict.Mismatch)]
    [InlineData("loss 0.5", "loss 0.500001", Verdict.Match)]
    [InlineData("loss 0.5", "gain 0.5", Verdict.Mismatch)]
    [InlineData("nan 1", "NaN 1", Verdict.Match)]
    [InlineData("1", "nan", Verdict.Mismatch)]
    [InlineData("words only", "words only too", Verdict.Inconclusive)]
    public async Task Numbers_AsText_AreComparedWithinTolerance(string untrusted, string trusted, Verdict expected) =>
        Assert.Equal(expected, (await CompareAsync("numeric-tolerance", Bytes(untrusted), Bytes(trusted))).Verdict);

    [Fact]
    public async Task Numbers_AsArrays_AreComparedByShapeAndElement()
    {
        var trusted = Npy("<f4", "(2, 2)", [1, 2, 3, 4]);
        Assert.Equal(Verdict.Match, (await CompareAsync("numeric-tolerance", Npy("<f4", "(2, 2)", [1.000001f, 2, 3, 4]), trusted)).Verdict);
        Assert.Equal(Verdict.Mismatch, (await CompareAsync("numeric-tolerance", Npy("<f4", "(2, 2)", [1.1f, 2, 3, 4]), trusted)).Verdict);
        Assert.Equal(Verdict.Mismatch, (await CompareAsync("numeric-tolerance", Npy("<f4", "(4,)", [1, 2, 3, 4]), trusted)).Verdict);
        Assert.Equal(Verdict.Mismatch, (await CompareAsync("numeric-tolerance", Bytes("garbage"), trusted)).Verdict);
    }

    [Theory]
    [InlineData("(99999999999999999999,)")]
    [InlineData("(9223372036854775807, 9223372036854775807, 9223372036854775807)")]
    [InlineData("(-1,)")]
    public void Npy_HeaderLies_IsRefused(string shape) => Assert.False(NpyArray.TryRead(Npy("<f4", shape, [1]), out _));

    [Fact]
    public async Task Sha256_AnyDifference_IsAMismatchThatNamesThePath()
    {
        Assert.Equal(Verdict.Match, (await CompareAsync("sha256", Bytes("a"), Bytes("a"))).Verdict);
        var different = await CompareAsync("sha256", Bytes("a"), Bytes("b"));
        Assert.Equal(Verdict.Mismatch, different.Verdict);
        Assert.Contains("/artifacts/a", different.Reason, StringComparison.Ordinal);
        Assert.Equal(Verdict.Mismatch, (await new ComparerRegistry([]).Find("sha256")!.CompareAsync(Result.Of([]), Result.Of(Bytes("b")), new(), TestContext.Current.CancellationToken)).Verdict);
        Assert.Equal(Verdict.Inconclusive, (await new ComparerRegistry([]).Find("sha256")!.CompareAsync(Result.Of([]), Result.Of([]), new(), TestContext.Current.CancellationToken)).Verdict);
    }

    [Fact]
    public async Task Contents_MinersIsHuge_IsAMismatchAndNotOpened() =>
        Assert.Equal(Verdict.Mismatch, (await new ComparerRegistry([]).Find("json-tolerance")!.CompareAsync(Result.Huge(), Result.Of(Bytes("{}")), new(), TestContext.Current.CancellationToken)).Verdict);

    private static Task<global::ComputeHorde.Durable.Checks.Comparers.Comparison> CompareAsync(string comparer, byte[] untrusted, byte[] trusted) =>
        new ComparerRegistry([]).Find(comparer)!.CompareAsync(Result.Of(untrusted), Result.Of(trusted), new ComparisonSettings(), TestContext.Current.CancellationToken);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Npy(string descr, string shape, float[] elements)
    {
        var header = $"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n";
        var bytes = new List<byte> { 0x93 };
        bytes.AddRange(Encoding.ASCII.GetBytes("NUMPY"));
        bytes.AddRange([1, 0, (byte)(header.Length & 255), (byte)(header.Length >> 8)]);
        bytes.AddRange(Encoding.ASCII.GetBytes(header));
        foreach (var element in elements)
        {
            var four = new byte[4];
            BinaryPrimitives.WriteSingleLittleEndian(four, element);
            bytes.AddRange(four);
        }

        return [.. bytes];
    }

    private sealed class Result(ResultManifest manifest, byte[] content) : IResultContent
    {
        public ResultManifest Manifest => manifest;

        public long MaxBytes => 1 << 20;

        public static Result Of(byte[] content) => new(Manifested(content.Length == 0 ? null : new ContentReference("blob", content.Length, Convert.ToHexStringLower(SHA256.HashData(content)))), content);

        public static Result Huge() => new(Manifested(new ContentReference("blob", 1L << 40, "00")), []);

        public Task<ReadOnlyMemory<byte>?> ReadAsync(ContentReference reference, CancellationToken cancellationToken) =>
            Task.FromResult<ReadOnlyMemory<byte>?>(reference.Size > MaxBytes ? null : content.AsMemory());

        private static ResultManifest Manifested(ContentReference? artifact)
        {
            var artifacts = artifact is null ? new Dictionary<string, ContentReference>() : new Dictionary<string, ContentReference> { ["/artifacts/a"] = artifact };
            return new ResultManifest("job", 1, new ContentReference(null, 0, null), new ContentReference(null, 0, null), artifacts, new Dictionary<string, ContentReference>());
        }
    }
}
