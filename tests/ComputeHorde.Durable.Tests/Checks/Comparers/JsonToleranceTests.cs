using System.Text;
using ComputeHorde.Durable.Checks.Comparers;

namespace ComputeHorde.Durable.Tests.Checks.Comparers;

/// <summary><c>json-tolerance</c>, on what a miner might return.</summary>
public sealed class JsonToleranceTests
{
    [Theory]
    [InlineData("""{"a":1.0,"b":[1,2]}""", """{"b":[1,2],"a":1.0000001}""", Verdict.Match)]
    [InlineData("""{"a":1}""", """{ "a" : 1.0e0 }""", Verdict.Match)]
    [InlineData("""{"a":-0.0}""", """{"a":0}""", Verdict.Match)]
    [InlineData("""{"\u0061":"\u0062"}""", """{"a":"b"}""", Verdict.Match)]
    [InlineData("\uFEFF{\"a\":1}", """{"a":1}""", Verdict.Match)]
    [InlineData("123456789012345678901234567890", "123456789012345678901234567891", Verdict.Match)]
    [InlineData("1e400", "1e400", Verdict.Match)]
    [InlineData("""{"a":1.0}""", """{"a":1.1}""", Verdict.Mismatch)]
    [InlineData("""{"a":1}""", """{"a":"1"}""", Verdict.Mismatch)]
    [InlineData("""{"a":true}""", """{"a":false}""", Verdict.Mismatch)]
    [InlineData("""{"a":1,"b":2}""", """{"a":1}""", Verdict.Mismatch)]
    [InlineData("""{"a":1,"b":2}""", """{"a":1,"c":2}""", Verdict.Mismatch)]
    [InlineData("""{"a":[1,2]}""", """{"a":[2,1]}""", Verdict.Mismatch)]
    [InlineData("""{"a":[1,2]}""", """{"a":[1,2,3]}""", Verdict.Mismatch)]
    [InlineData("123456789012345678901234567890", "123556789012345678901234567890", Verdict.Mismatch)]
    [InlineData("not json", "{}", Verdict.Inconclusive)]
    [InlineData("{}", "not json", Verdict.Inconclusive)]
    [InlineData(" ", "{} ", Verdict.Inconclusive)]
    [InlineData("""{"a":"\ud800"}""", """{"a":"x"}""", Verdict.Inconclusive)]
    [InlineData("""{"\ud800":1}""", """{"a":1}""", Verdict.Inconclusive)]
    [InlineData("""{"a":1,"a":2}""", """{"a":1}""", Verdict.Inconclusive)]
    [InlineData("""{"a":1}""", """{"a":2,"a":1}""", Verdict.Inconclusive)]
    public async Task Compare_AnyPair_ComparesNumbersWithinToleranceAndTheRestExactly(string untrusted, string trusted, Verdict expected)
    {
        var found = await ComparedResult.CompareAsync("json-tolerance", untrusted, trusted);
        Assert.True(found.Verdict == expected, $"{found.Verdict}: {found.Reason}");
    }

    [Fact]
    public async Task Compare_Differs_NamesThePathAndNoValue()
    {
        var found = await ComparedResult.CompareAsync(
            "json-tolerance",
            """{"a":{"b":[0,{"c":"secret"}]}}""",
            """{"a":{"b":[0,{"c":"hidden"}]}}"""
        );
        Assert.Contains("$.a.b[1].c", found.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", found.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", found.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compare_HundredThousandProperties_TakesTimeForEachOnce()
    {
        var properties = Enumerable.Range(0, 100_000).Select(static number => $"\"p{number}\":{number}").ToArray();
        var reversed = properties.Reverse().ToArray();
        var found = await ComparedResult.CompareAsync(
            "json-tolerance",
            $"{{{string.Join(',', reversed)}}}",
            $"{{{string.Join(',', properties)}}}"
        );
        Assert.True(found.Verdict == Verdict.Match, found.Reason);
    }

    [Theory]
    [InlineData(499, Verdict.Match)]
    [InlineData(501, Verdict.Inconclusive)]
    [InlineData(200_000, Verdict.Inconclusive)]
    public async Task Compare_DeepNesting_IsBounded(int depth, Verdict expected)
    {
        var nested = new string('[', depth) + new string(']', depth);
        Assert.Equal(expected, (await ComparedResult.CompareAsync("json-tolerance", nested + " ", nested)).Verdict);
    }

    [Fact]
    public async Task Compare_MoreValuesThanMemoryAllows_IsInconclusive()
    {
        var many = Encoding.UTF8.GetBytes("[" + string.Join(',', Enumerable.Repeat('1', JsonContent.MaxValues + 1)) + "]");
        var content = new ContentHandle("the trusted", ComparedResult.Of(many), ComparedResult.Of(many).Manifest.Artifacts["/artifacts/a"]);
        var exception = Assert.Throws<UnreadableContentException>(() => JsonContent.Parse(content, many));
        Assert.Contains("values", exception.Message, StringComparison.Ordinal);
    }
}
