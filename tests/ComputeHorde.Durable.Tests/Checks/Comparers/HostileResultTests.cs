using System.Security.Cryptography;
using System.Text;
using ComputeHorde.Durable.Checks.Comparers;
using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Tests.Checks.Comparers;

/// <summary>Results that are made to be taken for equal, or that would have an honest miner accused.</summary>
public sealed class HostileResultTests
{
    private static readonly ComparisonSettings Exactly = new() { Rtol = 0, Atol = 0 };

    /// <summary>A double makes all of these infinite or zero.</summary>
    [Theory]
    [InlineData("1e400", "1e999", Verdict.Mismatch)]
    [InlineData("1e400", "-1e400", Verdict.Mismatch)]
    [InlineData("1e400", "10.00e399", Verdict.Match)]
    [InlineData("1.0000001e400", "1e400", Verdict.Match)]
    [InlineData("1.001e400", "1e400", Verdict.Mismatch)]
    [InlineData("0.00001e405", "1E+400", Verdict.Match)]
    [InlineData("9.999999e399", "1e400", Verdict.Match)]
    [InlineData("1e400", "1e300", Verdict.Mismatch)]
    [InlineData("1e-400", "0", Verdict.Match)]
    [InlineData("0e999999999999", "0", Verdict.Match)]
    [InlineData("1e999999999999", "1e999999999998", Verdict.Mismatch)]
    [InlineData("1e99999999999999999999", "1e99999999999999999998", Verdict.Inconclusive)]
    [InlineData("1e-99999999999999999999", "1", Verdict.Inconclusive)]
    public async Task Compare_NumbersThatADoubleDoesNotHold_AreComparedByTheirMagnitude(string untrusted, string trusted, Verdict expected)
    {
        foreach (var comparer in new[] { "json-tolerance", "numeric-tolerance" })
        {
            var found = await ComparedResult.CompareAsync(comparer, untrusted, trusted);
            Assert.True(found.Verdict == expected, $"{comparer}: {found.Verdict}: {found.Reason}");
        }
    }

    [Theory]
    [InlineData("1e-400", "2e-400", Verdict.Mismatch)]
    [InlineData("1e-400", "0", Verdict.Mismatch)]
    [InlineData("1e-400", "0.1e-399", Verdict.Match)]
    [InlineData("5e-324", "4.940656458412465e-324", Verdict.Match)]
    public async Task Compare_WithoutTolerance_DoesNotTakeASmallNumberForNothing(string untrusted, string trusted, Verdict expected)
    {
        var found = await ComparedResult.CompareAsync("json-tolerance", Utf8(untrusted), Utf8(trusted), Exactly);
        Assert.True(found.Verdict == expected, $"{found.Verdict}: {found.Reason}");
    }

    [Fact]
    public async Task Compare_IntegersOfManyDigits_AreNotAllTheSame()
    {
        var digits = new string('7', 1_000_000);
        var first = "8" + digits[1..];
        var last = digits[1..] + "8";
        Assert.Equal(Verdict.Mismatch, (await ComparedResult.CompareAsync("json-tolerance", first, digits)).Verdict);
        Assert.Equal(Verdict.Mismatch, (await ComparedResult.CompareAsync("json-tolerance", digits + "7", digits)).Verdict);
        Assert.Equal(Verdict.Match, (await ComparedResult.CompareAsync("json-tolerance", last, digits)).Verdict);
        Assert.Equal(
            Verdict.Inconclusive,
            (await ComparedResult.CompareAsync("json-tolerance", Utf8(last), Utf8(digits), Exactly)).Verdict
        );
    }

    [Theory]
    [InlineData(4096)]
    [InlineData(5000)]
    [InlineData(1_000_000)]
    public async Task Compare_NumberTooLongToBeReadDiffersInItsLastDigits_AccusesNobody(int digits)
    {
        var trusted = "3." + new string('1', digits) + "1 2";
        var untrusted = "3." + new string('1', digits) + "9 2";
        Assert.Equal(Verdict.Inconclusive, (await ComparedResult.CompareAsync("numeric-tolerance", untrusted, trusted)).Verdict);
        Assert.Equal(Verdict.Inconclusive, (await ComparedResult.CompareAsync("numeric-tolerance", "3.5 2", trusted)).Verdict);
        Assert.Equal(Verdict.Match, (await ComparedResult.CompareAsync("numeric-tolerance", trusted + "\n", trusted)).Verdict);
        Assert.Equal(Verdict.Mismatch, (await ComparedResult.CompareAsync("numeric-tolerance", trusted + "5", trusted)).Verdict);
    }

    /// <summary>Python reads the last of two keys, and a text that only looks like one not at all.</summary>
    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'shape': (3, 2), }")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'fortran_order': True, 'shape': (2, 3), }")]
    [InlineData("{'descr': '<f4', 'descr': '>f4', 'fortran_order': False, 'shape': (2, 3), }")]
    [InlineData("{'x': \"'shape': (2, 3)\", 'descr': '<f4', 'fortran_order': False, 'sh\\x61pe': (3, 2), }")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), } , {'shape': (3, 2)}")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (,2 3), }")]
    public async Task Compare_NpyHeaderThatReadsTwoWays_IsNoMatch(string header)
    {
        var trusted = NpyFile.Of("<f4", [2, 3], [1, 2, 3, 4, 5, 6]);
        var elements = trusted[^24..];
        foreach (var version in new[] { 1, 2, 3 })
        {
            Assert.Equal(
                Verdict.Inconclusive,
                (await ComparedResult.CompareAsync("numeric-tolerance", NpyFile.Of(header, elements, version), trusted)).Verdict
            );
        }
    }

    [Theory]
    [InlineData("""{"shape": (2L, 3L), "fortran_order": False, "descr": "<f4"}""")]
    [InlineData("{'fortran_order':False,'descr':'<f4','shape':(2,3,)}")]
    public async Task Compare_NpyHeaderOfAnotherWriter_IsRead(string header)
    {
        var trusted = NpyFile.Of("<f4", [2, 3], [1, 2, 3, 4, 5, 6]);
        var found = await ComparedResult.CompareAsync("numeric-tolerance", NpyFile.Of(header, trusted[^24..]), trusted);
        Assert.True(found.Verdict == Verdict.Match, found.Reason);
    }

    [Fact]
    public async Task Compare_ArtifactThatCouldNotBeRead_AccusesNobody()
    {
        var whole = Manifest(("/artifacts/a", "1"), ("/artifacts/b", "2"));
        var cut = Manifest(("/artifacts/a", "1")) with { UnreadableArtifacts = ["/artifacts/b"] };
        foreach (var comparer in new[] { "sha256", "json-tolerance", "numeric-tolerance" })
        {
            Assert.Equal(Verdict.Mismatch, (await CompareAsync(comparer, Manifest(("/artifacts/a", "1")), whole)).Verdict);
            Assert.Equal(Verdict.Inconclusive, (await CompareAsync(comparer, cut, whole)).Verdict);
            Assert.Equal(Verdict.Inconclusive, (await CompareAsync(comparer, whole, cut)).Verdict);
            Assert.Equal(
                Verdict.Match,
                (await CompareAsync(comparer, cut, whole, new ComparisonSettings { Paths = ["/artifacts/a"] })).Verdict
            );
        }
    }

    [Fact]
    public async Task Compare_ArtifactWithTheNameOfAnOutput_DoesNotHideBehindIt()
    {
        var trusted = Manifest(("a", "1")) with { Outputs = Contents(("a", "2")) };
        Assert.Equal(
            Verdict.Mismatch,
            (await CompareAsync("sha256", Manifest(("a", "9")) with { Outputs = Contents(("a", "2")) }, trusted)).Verdict
        );
        Assert.Equal(Verdict.Match, (await CompareAsync("sha256", trusted, trusted)).Verdict);
    }

    [Fact]
    public async Task Compare_EmptyContents_AreTheSameWhoeverHashedThem()
    {
        var empty = new ContentReference("blob", 0, Convert.ToHexStringLower(SHA256.HashData([])));
        ResultManifest Of(ContentReference content) =>
            Manifest() with
            {
                Outputs = new Dictionary<string, ContentReference> { ["a"] = content },
            };
        Assert.Equal(Verdict.Match, (await CompareAsync("sha256", Of(empty with { Sha256 = null }), Of(empty))).Verdict);
        Assert.Equal(Verdict.Match, (await CompareAsync("sha256", Of(empty with { Md5 = "1B2M2Y8AsgTpgAmY7PhCfg==" }), Of(empty))).Verdict);
        Assert.Equal(Verdict.Mismatch, (await CompareAsync("sha256", Of(empty with { Size = 1 }), Of(empty))).Verdict);
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static Dictionary<string, ContentReference> Contents(params (string Path, string Text)[] contents) =>
        contents.ToDictionary(
            static content => content.Path,
            static content => new ContentReference(
                "blob",
                content.Text.Length,
                Convert.ToHexStringLower(SHA256.HashData(Utf8(content.Text)))
            )
        );

    private static ResultManifest Manifest(params (string Path, string Text)[] artifacts) =>
        ComparedResult.Of([]).Manifest with
        {
            Artifacts = Contents(artifacts),
        };

    private static Task<Comparison> CompareAsync(
        string comparer,
        ResultManifest untrusted,
        ResultManifest trusted,
        ComparisonSettings? settings = null
    ) =>
        new ComparerRegistry([])
            .Find(comparer)!
            .CompareAsync(
                new ComparedResult(untrusted, []),
                new ComparedResult(trusted, []),
                settings ?? new ComparisonSettings(),
                TestContext.Current.CancellationToken
            );
}
