using Azure;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Functions.Local.Storage;

/// <summary>Says once when something outside cannot be reached, and once when it can again.</summary>
internal sealed class OutageMonitor(string resource, ILogger logger, TimeProvider time)
{
    private readonly Lock _lock = new();
    private long? _since;

    public bool IsOut
    {
        get
        {
            lock (_lock)
            {
                return _since is not null;
            }
        }
    }

    public void Failed(Exception exception)
    {
        lock (_lock)
        {
            if (_since is not null)
            {
                return;
            }

            _since = time.GetTimestamp();
            logger.Unreachable(resource, time.GetUtcNow(), Reason(exception));
        }
    }

    public void Succeeded()
    {
        lock (_lock)
        {
            if (_since is not { } since)
            {
                return;
            }

            _since = null;
            logger.ReachableAgain(resource, time.GetElapsedTime(since));
        }
    }

    /// <summary>Whether an exception says that storage could not be reached or could not answer.</summary>
    public static bool IsOutage(Exception exception) =>
        exception switch
        {
            RequestFailedException failed => failed.Status is 0 or 408 or 429 or >= 500,
            AggregateException many => many.InnerExceptions.All(IsOutage),
            OperationCanceledException or IOException or HttpRequestException => true,
            _ => false,
        };

    private static string Reason(Exception exception)
    {
        var text = (exception is AggregateException many ? many.InnerExceptions[^1] : exception).Message;
        var end = text.AsSpan().IndexOfAny('\r', '\n');
        return end < 0 ? text : text[..end];
    }
}
