using ComputeHorde.Durable.Checks.Comparers;

namespace ComputeHorde.Durable.Tests.Checks.Comparers;

/// <summary>What all comparers have in common, and those that open nothing.</summary>
public sealed class ResultComparerTests
{
    [Fact]
    public async Task Sha256_AnyDifference_IsAMismatchThatNamesThePath()
    {
        Assert.Equal(Verdict.Match, (await ComparedResult.CompareAsync("sha256", "a", "a")).Verdict);
        var different = await ComparedResult.CompareAsync("sha256", "a", "b");
        Assert.Equal(Verdict.Mismatch, different.Verdict);
        Assert.Contains("/artifacts/a", different.Reason, StringComparison.Ordinal);
        Assert.Equal(Verdict.Mismatch, (await ComparedResult.CompareAsync("sha256", "", "b")).Verdict);
        Assert.Equal(Verdict.Inconclusive, (await ComparedResult.CompareAsync("sha256", "", "")).Verdict);
    }

    [Theory]
    [InlineData("json-tolerance")]
    [InlineData("numeric-tolerance")]
    public async Task Compare_MinersContentIsHuge_IsAMismatchAndNotOpened(string comparer)
    {
        var found = await new ComparerRegistry([])
            .Find(comparer)!
            .CompareAsync(ComparedResult.Huge(), ComparedResult.Of("{}"u8.ToArray()), new(), TestContext.Current.CancellationToken);
        Assert.Equal(Verdict.Mismatch, found.Verdict);
    }

    [Fact]
    public async Task Compare_BothTooLargeForMemory_IsInconclusive()
    {
        var found = await new ComparerRegistry([])
            .Find("json-tolerance")!
            .CompareAsync(ComparedResult.Of("{}"u8.ToArray()), ComparedResult.Huge(), new(), TestContext.Current.CancellationToken);
        Assert.Equal(Verdict.Inconclusive, found.Verdict);
    }

    [Fact]
    public async Task Reason_HoldsAnArtifactsName_IsSafeToSendAnywhere()
    {
        var found = await ComparedResult.CompareAsync(
            "json-tolerance",
            """{"a\u0000\ud83d\ude00\u001b":1}""",
            """{"a\u0000\ud83d\ude00\u001b":2}"""
        );
        Assert.Equal(Verdict.Mismatch, found.Verdict);
        Assert.DoesNotContain(found.Reason, char.IsControl);
        Assert.Contains("😀", found.Reason, StringComparison.Ordinal);
    }
}
