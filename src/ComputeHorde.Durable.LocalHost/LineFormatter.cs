using System.Globalization;
using ComputeHorde.Sdk;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace ComputeHorde.Durable.LocalHost;

/// <summary>
/// One line an entry, its exception included. Whoever logs it, on the terminal nothing acts that a stranger chose: names, answers, texts of
/// exceptions.
/// </summary>
internal sealed class LineFormatter() : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "line";

    /// <summary>On a terminal whose user does not want it otherwise (no-color.org).</summary>
    private static readonly bool IsColoured =
        !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        var text = logEntry.Exception is { } exception ? $"{message} {exception}" : message;
        textWriter.Write(TimeProvider.System.GetUtcNow().ToString("HH:mm:ss.fff ", CultureInfo.InvariantCulture));
        textWriter.Write(IsColoured ? $"\e[{ColourOf(logEntry.LogLevel)}m{NameOf(logEntry.LogLevel)}\e[0m" : NameOf(logEntry.LogLevel));
        textWriter.WriteLine($": {logEntry.Category}[{logEntry.EventId.Id}] {ForeignText.Line(text.ReplaceLineEndings(" "))}");
    }

    /// <summary>As the console of .NET writes them.</summary>
    private static string NameOf(LogLevel level) =>
        level switch
        {
            LogLevel.Trace => "trce",
            LogLevel.Debug => "dbug",
            LogLevel.Information => "info",
            LogLevel.Warning => "warn",
            LogLevel.Error => "fail",
            _ => "crit",
        };

    private static int ColourOf(LogLevel level) =>
        level switch
        {
            LogLevel.Trace or LogLevel.Debug => 90,
            LogLevel.Information => 32,
            LogLevel.Warning => 33,
            _ => 31,
        };
}
