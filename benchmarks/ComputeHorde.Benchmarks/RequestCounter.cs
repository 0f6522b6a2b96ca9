using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace ComputeHorde.Benchmarks;

/// <summary>
/// Counts the HTTP requests that leave this process, by where they go and what they are: whoever sends them, and repeats of failed ones as
/// well.
/// </summary>
internal sealed class RequestCounter : IDisposable
{
    /// <summary>
    /// The runtime's own spans leave out queries, which say what an operation is, unless it is told otherwise before the first request.
    /// </summary>
    public const string QuerySwitch = "System.Net.Http.DisableUriRedaction";

    private readonly Func<Uri, string, string?> _describe;
    private readonly AsyncLocal<bool> _isOurs = new();
    private readonly ActivityListener _listener;
    private ConcurrentDictionary<string, int> _counts = [];

    /// <param name="describe">Names a request by its address and method; null for one that does not count.</param>
    public RequestCounter(Func<Uri, string, string?> describe)
    {
        _describe = describe;
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "System.Net.Http",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = Count,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>What the caller does until the result is disposed is not counted.</summary>
    public IDisposable Uncounted()
    {
        _isOurs.Value = true;
        return new Ours(_isOurs);
    }

    /// <summary>Gives the counts since the last call.</summary>
    public IReadOnlyDictionary<string, int> Take() => Interlocked.Exchange(ref _counts, []);

    public void Dispose() => _listener.Dispose();

    private void Count(Activity activity)
    {
        if (
            !_isOurs.Value
            && activity.GetTagItem("url.full") is string address
            && _describe(new Uri(address), Convert.ToString(activity.GetTagItem("http.request.method"), CultureInfo.InvariantCulture)!)
                is { } name
        )
        {
            _counts.AddOrUpdate(name, 1, static (_, count) => count + 1);
        }
    }

    private sealed class Ours(AsyncLocal<bool> isOurs) : IDisposable
    {
        public void Dispose() => isOurs.Value = false;
    }
}
