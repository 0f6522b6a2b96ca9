using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace ComputeHorde.Durable.LocalHost;

/// <summary>How the commands log: one line an entry, on standard error, so that standard output stays the user's.</summary>
internal static class LogSetup
{
    // What logs every request or every tick of a timer; the outages that matter are logged by those who suffer them.
    private static readonly string[] Chatty = ["Function", "Azure", "System.Net.Http", "Polly", "Microsoft"];

    // Guard says it in one line; and an activity that failed is run again, which the run's own progress tells.
    private static readonly string[] SaidElsewhere = ["Microsoft.Extensions.Hosting.Internal", "Function.Durable"];

    public static void Plain(ILoggingBuilder logging, LogLevel level)
    {
        // Rules of the console itself win over host.json's, which are for every provider.
        logging.AddFilter<ConsoleLoggerProvider>(null, level);
        foreach (var category in level <= LogLevel.Debug ? [] : Chatty)
        {
            logging.AddFilter<ConsoleLoggerProvider>(category, level < LogLevel.Warning ? LogLevel.Warning : level);
        }

        foreach (var category in level <= LogLevel.Debug ? [] : SaidElsewhere)
        {
            logging.AddFilter<ConsoleLoggerProvider>(category, LogLevel.None);
        }

        logging.AddConsoleFormatter<LineFormatter, ConsoleFormatterOptions>();
        logging.AddConsole(static console =>
        {
            console.FormatterName = LineFormatter.FormatterName;
            console.LogToStandardErrorThreshold = LogLevel.Trace;
        });
    }
}
