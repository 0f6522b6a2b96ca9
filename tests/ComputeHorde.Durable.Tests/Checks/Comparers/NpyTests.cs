using System.Text;
using ComputeHorde.Durable.Checks.Comparers;

namespace ComputeHorde.Durable.Tests.Checks.Comparers;

/// <summary><c>numeric-tolerance</c> on arrays in NumPy's .npy format.</summary>
public sealed class NpyTests
{
    private static readonly double[] Six = [1, 2, 3, 4, 5, 6];

    [Theory]
    [InlineData("<f4")]
    [InlineData(">f4")]
    [InlineData("<f2")]
    [InlineData(">f8")]
    [InlineData("|i1")]
    [InlineData("<i2")]
    [InlineData(">i4")]
    [InlineData("<i8")]
    [InlineData("|u1")]
    [InlineData(">u2")]
    [InlineData("<u4")]
    [InlineData(">u8")]
    [InlineData("<c8")]
    [InlineData(">c16")]
    public async Task Compare_SameNumbersInAnotherTypeOrderOrVersion_IsAMatch(string descr)
    {
        var trusted = NpyFile.Of("<f8", [2, 3], Six);
        foreach (var (fortran, version) in new[] { (false, 1), (true, 1), (true, 2), (false, 3) })
        {
            var found = await CompareAsync(NpyFile.Of(descr, [2, 3], Six, fortran, version), trusted);
            Assert.True(found.Verdict == Verdict.Match, found.Reason);
            found = await CompareAsync(trusted, NpyFile.Of(descr, [2, 3], Six, fortran, version));
            Assert.True(found.Verdict == Verdict.Match, found.Reason);
        }
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Compare_AnElementDiffers_IsAMismatch(bool fortran, bool trustedFortran)
    {
        var found = await CompareAsync(
            NpyFile.Of("<f4", [2, 3], [1, 2, 3, 4, 5.1, 6], fortran),
            NpyFile.Of("<f4", [2, 3], Six, trustedFortran)
        );
        Assert.Equal(Verdict.Mismatch, found.Verdict);
        Assert.Equal(
            Verdict.Match,
            (
                await CompareAsync(
                    NpyFile.Of("<f4", [2, 3], [1, 2, 3, 4, 5.00001, 6], fortran),
                    NpyFile.Of("<f4", [2, 3], Six, trustedFortran)
                )
            ).Verdict
        );
    }

    [Fact]
    public async Task Compare_ElementsSwapped_IsAMismatchInEitherOrder()
    {
        Assert.Equal(
            Verdict.Mismatch,
            (await CompareAsync(NpyFile.Of("<f4", [2, 3], [1, 4, 2, 5, 3, 6]), NpyFile.Of("<f4", [2, 3], Six))).Verdict
        );
        Assert.Equal(
            Verdict.Mismatch,
            (await CompareAsync(NpyFile.Of("<f4", [2, 3], [1, 4, 2, 5, 3, 6], fortran: true), NpyFile.Of("<f4", [2, 3], Six))).Verdict
        );
    }

    [Fact]
    public async Task Compare_AnotherShape_IsAMismatch()
    {
        Assert.Equal(Verdict.Mismatch, (await CompareAsync(NpyFile.Of("<f4", [6], Six), NpyFile.Of("<f4", [2, 3], Six))).Verdict);
        Assert.Equal(Verdict.Mismatch, (await CompareAsync(NpyFile.Of("<f4", [3, 2], Six), NpyFile.Of("<f4", [2, 3], Six))).Verdict);
        Assert.Equal(
            Verdict.Match,
            (await CompareAsync(NpyFile.Of("<f8", [0, 99_999_999_999], []), NpyFile.Of("<f4", [0, 99_999_999_999], []))).Verdict
        );
        Assert.Equal(Verdict.Match, (await CompareAsync(NpyFile.Of("<f8", [], [1]), NpyFile.Of("<f4", [], [1]))).Verdict);
    }

    [Fact]
    public async Task Compare_Infinite_NotANumberAndSignedZero_AgreeWithThemselves()
    {
        double[] odd = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0.0];
        Assert.Equal(
            Verdict.Match,
            (
                await CompareAsync(
                    NpyFile.Of("<f4", [4], odd),
                    NpyFile.Of(">f8", [4], [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0.0])
                )
            ).Verdict
        );
        Assert.Equal(Verdict.Mismatch, (await CompareAsync(NpyFile.Of("<f4", [1], [1]), NpyFile.Of("<f4", [1], [double.NaN]))).Verdict);
        Assert.Equal(
            Verdict.Mismatch,
            (
                await CompareAsync(NpyFile.Of("<f4", [1], [double.NegativeInfinity]), NpyFile.Of("<f4", [1], [double.PositiveInfinity]))
            ).Verdict
        );
    }

    [Fact]
    public async Task Compare_IntegersBeyondADouble_LosesNoDigit()
    {
        var exactly = new ComparisonSettings { Rtol = 0, Atol = 0 };
        var (one, other) = (BitConverter.GetBytes(9007199254740993L), BitConverter.GetBytes(9007199254740992L));
        var (signed, unsigned) = (
            "{'descr': '<i8', 'fortran_order': False, 'shape': (1,), }",
            "{'descr': '<u8', 'fortran_order': False, 'shape': (1,), }"
        );
        Assert.Equal(Verdict.Mismatch, (await CompareAsync(NpyFile.Of(signed, one), NpyFile.Of(unsigned, other), exactly)).Verdict);
        Assert.Equal(Verdict.Match, (await CompareAsync(NpyFile.Of(signed, one), NpyFile.Of(unsigned, one), exactly)).Verdict);
    }

    [Theory]
    [InlineData("<U2", ">U2", Verdict.Match)]
    [InlineData("<U2", "<U2", Verdict.Match)]
    [InlineData("<M8[s]", ">M8[s]", Verdict.Match)]
    [InlineData("<M8[s]", "<M8[ms]", Verdict.Inconclusive)]
    [InlineData("<U2", "<i8", Verdict.Inconclusive)]
    public async Task Compare_TextsAndTimes_AreComparedExactly(string descr, string trustedDescr, Verdict expected)
    {
        byte[] little = [0x61, 0, 0, 0, 0x62, 0, 0, 0];
        byte[] Element(string type) =>
            type[0] != '>' ? little
            : type[1] == 'U' ? [0, 0, 0, 0x61, 0, 0, 0, 0x62]
            : [0, 0, 0, 0x62, 0, 0, 0, 0x61];
        byte[] File(string type, byte[] element) => NpyFile.Of($"{{'descr': '{type}', 'fortran_order': False, 'shape': (1,), }}", element);
        Assert.Equal(expected, (await CompareAsync(File(descr, Element(descr)), File(trustedDescr, Element(trustedDescr)))).Verdict);
        if (descr == trustedDescr)
        {
            Assert.Equal(
                Verdict.Mismatch,
                (await CompareAsync(File(descr, [0x61, 0, 0, 0, 0x63, 0, 0, 0]), File(trustedDescr, little))).Verdict
            );
        }
    }

    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 9223372036854775807, 9223372036854775807), }")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (), 'shape': }")]
    [InlineData("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }")]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }")]
    [InlineData("{'descr': '<f16', 'fortran_order': False, 'shape': (1,), }")]
    [InlineData("{'descr': '<U0', 'fortran_order': False, 'shape': (1,), }")]
    [InlineData("{'descr': '<f4', 'shape': (1,), }")]
    [InlineData("")]
    public async Task Compare_HeaderCannotBeReadOrLies_IsInconclusive(string header)
    {
        var trusted = NpyFile.Of("<f4", [1], [1]);
        var unreadable = header.Contains("()", StringComparison.Ordinal)
            ? NpyFile.Of(header, [1, 2, 3, 4, 5])
            : NpyFile.Of(header, [1, 2, 3, 4]);
        Assert.Equal(Verdict.Inconclusive, (await CompareAsync(unreadable, trusted)).Verdict);
        Assert.Equal(Verdict.Inconclusive, (await CompareAsync(trusted, unreadable)).Verdict);
    }

    [Fact]
    public async Task Compare_CutShort_IsInconclusive()
    {
        var whole = NpyFile.Of("<f4", [2, 3], Six);
        for (var length = 1; length < whole.Length; length++)
        {
            Assert.Equal(Verdict.Inconclusive, (await CompareAsync(whole[..length], whole)).Verdict);
        }
    }

    [Fact]
    public async Task Compare_ArrayAndText_IsInconclusive()
    {
        Assert.Equal(Verdict.Inconclusive, (await CompareAsync(Encoding.UTF8.GetBytes("garbage"), NpyFile.Of("<f4", [1], [1]))).Verdict);
        Assert.Equal(Verdict.Inconclusive, (await CompareAsync(NpyFile.Of("<f4", [1], [1]), Encoding.UTF8.GetBytes("1"))).Verdict);
    }

    private static Task<Comparison> CompareAsync(byte[] untrusted, byte[] trusted, ComparisonSettings? settings = null) =>
        ComparedResult.CompareAsync("numeric-tolerance", untrusted, trusted, settings);
}
