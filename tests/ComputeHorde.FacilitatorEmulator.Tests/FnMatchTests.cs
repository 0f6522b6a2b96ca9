using ComputeHorde.Emulator.Executor;

namespace ComputeHorde.Emulator.Tests;

public sealed class FnMatchTests
{
    [Theory]
    [InlineData("*Q[4-8]*.gguf", "model-Q5_K_M.gguf", true)]
    [InlineData("*Q[4-8]*.gguf", "model-Q2_K.gguf", false)]
    [InlineData("*.json", "sub/dir/a.json", true)]
    [InlineData("*.json", "a.JSON", false)]
    [InlineData("?.bin", "a.bin", true)]
    [InlineData("?.bin", "ab.bin", false)]
    [InlineData("[!a-c].bin", "d.bin", true)]
    [InlineData("[!a-c].bin", "b.bin", false)]
    [InlineData("[^a].bin", "^.bin", true)]
    [InlineData("[]].bin", "].bin", true)]
    [InlineData("[!]].bin", "].bin", false)]
    [InlineData("[-a].bin", "-.bin", true)]
    [InlineData("[a-].bin", "-.bin", true)]
    [InlineData("[z-a].bin", "m.bin", false)]
    [InlineData("[!z-a].bin", "m.bin", true)]
    [InlineData("[abc", "[abc", true)]
    [InlineData("a[", "a[", true)]
    [InlineData("[!", "[!", true)]
    [InlineData("a.b+(c)|d$", "a.b+(c)|d$", true)]
    [InlineData("a.b", "axb", false)]
    [InlineData(@"[\w].bin", "w.bin", true)]
    [InlineData(@"[\w].bin", "x.bin", false)]
    [InlineData("*", "a\nb", true)]
    [InlineData("", "", true)]
    [InlineData("a", "a\n", false)]
    public void IsMatch_PythonsPatterns_MatchAsInPython(string pattern, string name, bool expected) =>
        Assert.Equal(expected, FnMatch.IsMatch(pattern, name));
}
