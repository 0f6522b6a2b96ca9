namespace ComputeHorde.Cryptography.Tests;

public sealed class AssemblyTests
{
    [Fact]
    public void Assembly_DependsOnNothingButTheRuntime() =>
        Assert.All(
            typeof(Sr25519).Assembly.GetReferencedAssemblies(),
            name => Assert.StartsWith("System.", name.Name, StringComparison.Ordinal)
        );
}
