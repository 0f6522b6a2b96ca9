using Microsoft.Extensions.Logging;

namespace ComputeHorde.Simulation.World;

/// <summary>Keeps what the application logs.</summary>
internal sealed class SimulatedLog(Func<TimeSpan> elapsed) : ILoggerProvider, ILogger
{
    private readonly List<string> _lines = [];

    public IReadOnlyList<string> Lines => _lines;

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        if (IsEnabled(logLevel))
        {
            Add($"{logLevel} {formatter(state, exception)} {exception}");
        }
    }

    public void Add(string line) => _lines.Add($"{elapsed():hh\\:mm\\:ss\\.fff} {line}");

    public void Dispose() { }
}
