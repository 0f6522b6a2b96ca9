using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>Loggers that write nothing while their orchestration replays.</summary>
internal sealed class ReplaySafeLoggers(ILoggerFactory inner, TaskOrchestrationContext context) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new Logger(inner.CreateLogger(categoryName), context);

    public void AddProvider(ILoggerProvider provider) =>
        throw new NotSupportedException("Adding providers to the replay-safe logger factory is not supported; add them to the host.");

    public void Dispose()
    {
        // The inner factory belongs to the host.
    }

    private sealed class Logger(ILogger inner, TaskOrchestrationContext context) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => !context.IsReplaying && inner.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                inner.Log(logLevel, eventId, state, exception, formatter);
            }
        }
    }
}
