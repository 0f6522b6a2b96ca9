using System.Reflection;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Tests.Support;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.Tests.Hosting;

public sealed class LogsTests
{
    private const string Hostile = "a\u001b[2J\r\nfail: b\u202e\0\u0085c";

    public static TheoryData<string> Lines { get; } =
    [.. typeof(Logs).GetMethods(BindingFlags.Public | BindingFlags.Static).Select(static line => line.Name)];

    [Theory]
    [MemberData(nameof(Lines))]
    public void Line_WithTextsThatATerminalActsOn_ShowsThemEscaped(string name)
    {
        var line = typeof(Logs).GetMethod(name)!;
        using var log = new CollectedLog(output: null);
        var values = line.GetParameters().Skip(1).Select(static parameter => Value(parameter.ParameterType));

        line.Invoke(null, [log.CreateLogger("test"), .. values]);

        var text = Assert.Single(log.Lines).Text;
        Assert.DoesNotContain(text, static character => char.IsControl(character) || character == '\u202e');
        Assert.DoesNotContain(line.GetParameters(), static parameter => parameter.ParameterType == typeof(string));
        if (line.GetParameters().Any(static parameter => parameter.ParameterType == typeof(LogText)))
        {
            Assert.Contains("a\\u001B[2J\\u000D\\u000Afail: b\\u202E\\u0000\\u0085c", text, StringComparison.Ordinal);
        }
    }

    private static object? Value(Type type) => type == typeof(LogText) ? (LogText)Hostile : Activator.CreateInstance(type);
}
