using System.Collections.Concurrent;

namespace ComputeHorde.Durable.LocalHost.Tests;

/// <summary>Looks through the machine's process list, again and again, for texts that nobody may put there.</summary>
internal sealed class LeakedTexts : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<string, bool> _found = new(StringComparer.Ordinal);
    private readonly Task _looking;

    public LeakedTexts(params string[] texts) => _looking = Task.Run(() => LookAsync(texts));

    /// <summary>The command lines that held one.</summary>
    public IEnumerable<string> Found => _found.Keys;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _looking;
        _end.Dispose();
    }

    private async Task LookAsync(string[] texts)
    {
        while (!_end.IsCancellationRequested)
        {
            foreach (var folder in Directory.EnumerateDirectories("/proc").Where(static folder => char.IsAsciiDigit(folder[^1])))
            {
                try
                {
                    var line = await File.ReadAllTextAsync(folder + "/cmdline");
                    if (texts.Any(text => line.Contains(text, StringComparison.Ordinal)))
                    {
                        _found[line] = true;
                    }
                }
                catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
                {
                    // Gone since.
                }
            }

            await Task.Delay(20, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
