using System.Reflection;

namespace ComputeHorde.Cryptography.Tests;

/// <summary>Guards what others compile against: a change of the public API is a change of PublicApi.txt, made on purpose
/// (the test leaves what it found beside itself, in PublicApi.actual.txt).</summary>
public sealed class PublicApiTests
{
    [Fact]
    public void PublicApi_EqualsTheListing()
    {
        var lines = typeof(Sr25519).Assembly.GetExportedTypes().OrderBy(t => t.Name).SelectMany(Describe);
        var actual = string.Concat(lines.Select(line => line + "\n"));
        File.WriteAllText(Path.Combine(AppContext.BaseDirectory, "PublicApi.actual.txt"), actual);
        var listing = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "PublicApi.txt"));
        Assert.Equal(listing, actual, ignoreLineEndingDifferences: true);
    }

    [Fact]
    public void Assembly_DependsOnNothingButTheRuntime() =>
        Assert.All(
            typeof(Sr25519).Assembly.GetReferencedAssemblies(),
            name => Assert.StartsWith("System.", name.Name, StringComparison.Ordinal));

    private static IEnumerable<string> Describe(Type type)
    {
        const BindingFlags Own = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        yield return type.Name;
        var members = type.GetMembers(Own)
            .Where(m => m is ConstructorInfo || m is not MethodBase { IsSpecialName: true })
            .Select(m => m is FieldInfo { IsLiteral: true } f ? $"{f} = {f.GetRawConstantValue()}" : m.ToString()!);
        foreach (var member in members.Order(StringComparer.Ordinal))
        {
            yield return "    " + member.Replace("System.", "", StringComparison.Ordinal);
        }
    }
}
