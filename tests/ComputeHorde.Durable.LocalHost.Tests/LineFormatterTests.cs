using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ComputeHorde.Durable.LocalHost.Tests;

public sealed class LineFormatterTests
{
    [Fact]
    public void Write_TextsThatATerminalActsOn_AreOneLineWithEscapes()
    {
        using var writer = new StringWriter { NewLine = "\n" };
        var entry = new LogEntry<string>(
            LogLevel.Error,
            "Function.Jobs",
            new EventId(2002),
            "Blob \u001b[2Ja.json\r\nfail: nothing",
            new InvalidOperationException("of \u009b31m\u202e"),
            static (state, _) => state
        );

        new LineFormatter().Write(entry, scopeProvider: null, writer);

        Assert.Matches(
            """^\d\d:\d\d:\d\d\.\d{3} (\u001B\[31m)?fail(\u001B\[0m)?: Function\.Jobs\[2002\] Blob \\u001B\[2Ja\.json fail: nothing System\.InvalidOperationException: of \\u009B31m\\u202E\n$""",
            writer.ToString()
        );
    }
}
