using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.Tests.Support;

/// <summary>Keeps every line that was logged, and shows warnings and worse in the test's output.</summary>
internal sealed class CollectedLog(ITestOutputHelper? output) : ILoggerProvider
{
    private readonly ConcurrentQueue<LogLine> _lines = new();

    public IReadOnlyCollection<LogLine> Lines => _lines;

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose() { }

    private void Add(LogLine line)
    {
        _lines.Enqueue(line);
        if (line.Level >= LogLevel.Warning)
        {
            output?.WriteLine($"{line.Level} {line.Category}: {line.Text}");
        }
    }

    private sealed class Logger(CollectedLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) =>
            log.Add(
                new LogLine(
                    logLevel,
                    eventId,
                    category,
                    exception is null ? formatter(state, exception) : $"{formatter(state, exception)} {exception}"
                )
            );
    }
}

/// <summary>One line of a log.</summary>
internal sealed record LogLine(LogLevel Level, EventId Event, string Category, string Text);
