using System.Text;
using ComputeHorde.Durable.Checks.Comparers;

namespace ComputeHorde.Durable.Tests.Checks.Comparers;

/// <summary><c>numeric-tolerance</c> on texts, as programs print them.</summary>
public sealed class NumericTextTests
{
    [Theory]
    [InlineData("1 2 3", "1.000001 2 3")]
    [InlineData("1 2 3", "1, 2; 3")]
    [InlineData("loss 0.5", "loss 0.500001")]
    [InlineData("{'loss': 0.5, 'eval_loss': 1.2500001}", "{'loss': 0.5, 'eval_loss': 1.25}")]
    [InlineData("""{"loss": 0.5, "eval_loss": 1.25}""", "{'loss': 0.50, 'eval_loss': 1.25}")]
    [InlineData("loss=0.5", "loss=0.500001")]
    [InlineData("acc:0.91", "acc:0.9100001")]
    [InlineData("0.5s", "0.500001s")]
    [InlineData("12.5% 3it/s", "12.50001% 3.00001it/s")]
    [InlineData("[[1. 2.]\n [3. 4.]]", "[[1.0, 2.0], [3.0, 4.0]]")]
    [InlineData("array([1, 2])", "array([1.0, 2.0])")]
    [InlineData("(1.0+2e-17j)", "(1.0-3e-17j)")]
    [InlineData("| 0.5 | 1 |", "0.5 1")]
    [InlineData("-0.0 0 .5 5.", "0.0 -0 0.5 5")]
    [InlineData("1e5 1E-3", "100000 0.001")]
    [InlineData("+1", "1")]
    [InlineData("nan 1 -inf +nan", "NaN 1 -Infinity nan")]
    [InlineData("1e999", "inf")]
    [InlineData("123456789012345678901", "123456789012345678902")]
    [InlineData("\uFEFF0.5", "0.50")]
    [InlineData("0.5\r\n", "0.50\n")]
    [InlineData("größe=0.5", "größe=0.500001")]
    public async Task Compare_SameNumbersInAnotherForm_IsAMatch(string untrusted, string trusted)
    {
        var found = await ComparedResult.CompareAsync("numeric-tolerance", untrusted, trusted);
        Assert.True(found.Verdict == Verdict.Match, found.Reason);
    }

    [Theory]
    [InlineData("1 2", "1 2 3", "ends after 2")]
    [InlineData("1 2 3", "1 2", "goes on after 2")]
    [InlineData("loss 0.5", "gain 0.5", "number or word 1")]
    [InlineData("0.5s", "0.5m", "number or word 2")]
    [InlineData("loss=0.51", "loss=0.5", "number or word 2")]
    [InlineData("1", "nan", "number or word 1")]
    [InlineData("inf", "-inf", "number or word 1")]
    [InlineData("one", "1", "number or word 1")]
    [InlineData("-1", "1", "number or word 1")]
    [InlineData(" ", "1", "ends after 0")]
    public async Task Compare_AnotherNumberOrWord_IsAMismatchThatNamesThePlace(string untrusted, string trusted, string place)
    {
        var found = await ComparedResult.CompareAsync("numeric-tolerance", untrusted, trusted);
        Assert.Equal(Verdict.Mismatch, found.Verdict);
        Assert.Contains(place, found.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("12345678901234567891", "12345678901234567890", Verdict.Mismatch)]
    [InlineData("9007199254740993", "9007199254740992", Verdict.Mismatch)]
    [InlineData("12345678901234567890", "12345678901234567890.0", Verdict.Match)]
    public async Task Compare_IntegersBeyondADouble_LosesNoDigit(string untrusted, string trusted, Verdict expected)
    {
        var exactly = new ComparisonSettings { Rtol = 0, Atol = 0 };
        Assert.Equal(
            expected,
            (
                await ComparedResult.CompareAsync(
                    "numeric-tolerance",
                    Encoding.UTF8.GetBytes(untrusted),
                    Encoding.UTF8.GetBytes(trusted),
                    exactly
                )
            ).Verdict
        );
    }

    [Fact]
    public async Task Compare_NoNumberInTheTrustedText_IsInconclusive() =>
        Assert.Equal(
            Verdict.Inconclusive,
            (await ComparedResult.CompareAsync("numeric-tolerance", "words only", "words only too")).Verdict
        );

    [Theory]
    [InlineData(new byte[] { 0x31, 0x20, 0xff })]
    [InlineData(new byte[] { 0x31, 0x20, 0x00 })]
    [InlineData(new byte[] { 0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 0x01, 0x00 })]
    public async Task Compare_NotText_IsInconclusiveWithItsReason(byte[] unreadable)
    {
        var found = await ComparedResult.CompareAsync("numeric-tolerance", unreadable, "1 2"u8.ToArray());
        Assert.Equal(Verdict.Inconclusive, found.Verdict);
        Assert.Contains("the miner's content", found.Reason, StringComparison.Ordinal);
        Assert.Equal(Verdict.Inconclusive, (await ComparedResult.CompareAsync("numeric-tolerance", "1 2"u8.ToArray(), unreadable)).Verdict);
    }

    [Fact]
    public async Task Compare_Utf16_IsReadByItsMark() =>
        Assert.Equal(
            Verdict.Match,
            (
                await ComparedResult.CompareAsync(
                    "numeric-tolerance",
                    [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes("loss 0.5")],
                    "loss 0.50"u8.ToArray()
                )
            ).Verdict
        );

    [Theory]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(40_000)]
    public async Task Compare_PiecesAcrossEveryBuffer_AreReadWhole(int blanks)
    {
        var numbers = string.Join(' ', Enumerable.Range(1, 20_000).Select(static number => $"{number}.25"));
        Assert.Equal(
            Verdict.Match,
            (await ComparedResult.CompareAsync("numeric-tolerance", new string(' ', blanks) + numbers, numbers)).Verdict
        );
        Assert.Equal(
            Verdict.Match,
            (
                await ComparedResult.CompareAsync("numeric-tolerance", new string('x', blanks) + "1 1.0", new string('x', blanks) + "1.0 1")
            ).Verdict
        );
        Assert.Equal(
            Verdict.Mismatch,
            (await ComparedResult.CompareAsync("numeric-tolerance", new string('x', blanks) + "y1", new string('x', blanks) + "1")).Verdict
        );
    }

    [Fact]
    public async Task Compare_ManyNumbers_ReadsThemPieceByPiece()
    {
        var (ours, theirs) = (new byte[4 << 20], new byte[4 << 20]);
        for (var index = 0; index < ours.Length; index++)
        {
            ours[index] = theirs[index] = index % 2 == 0 ? (byte)'1' : (byte)' ';
        }

        theirs[^2] = (byte)'2';
        var found = await new NumericToleranceComparer().CompareAsync(
            ComparedResult.StreamedOnly(theirs),
            ComparedResult.StreamedOnly(ours),
            new ComparisonSettings(),
            TestContext.Current.CancellationToken
        );
        Assert.Equal(Verdict.Mismatch, found.Verdict);
        Assert.Contains($"number or word {ours.Length / 2}", found.Reason, StringComparison.Ordinal);
    }
}
