namespace ComputeHorde.Durable.LocalHost.Tests;

/// <summary>The first command of the README. It checks its own claims; this checks that it makes them all.</summary>
public sealed class DemoTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Demo_FromStartToEnd_ShowsAJobACheatAndABatchAndChecksThem()
    {
        await using var demo = HostProcess.Start(["demo", "--plain"]);
        var code = await demo.WaitForExitAsync();
        output.WriteLine(string.Join(Environment.NewLine, demo.Output.Concat(demo.Errors)));
        Assert.Equal(0, code);
        Assert.Equal(8, demo.Output.Count(static line => line.StartsWith("ok ", StringComparison.Ordinal)));
        Assert.DoesNotContain(demo.Output, static line => line.StartsWith("FAIL", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Demo_WithFallback_ShowsAJobOnAnotherCloudAndChecksIt()
    {
        await using var demo = HostProcess.Start(["demo", "--fallback", "--plain"]);
        var code = await demo.WaitForExitAsync();
        output.WriteLine(string.Join(Environment.NewLine, demo.Output.Concat(demo.Errors)));
        Assert.Equal(0, code);
        Assert.Equal(3, demo.Output.Count(static line => line.StartsWith("ok ", StringComparison.Ordinal)));
    }
}
