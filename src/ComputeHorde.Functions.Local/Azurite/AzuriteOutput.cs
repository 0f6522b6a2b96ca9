using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace ComputeHorde.Functions.Local.Azurite;

/// <summary>Reads from a starting Azurite where it listens, or why it does not.</summary>
internal static partial class AzuriteOutput
{
    private const int KeptErrorLength = 4000;

    /// <exception cref="LocalFunctionsException">It ended, or did not listen in time.</exception>
    public static async Task<(Uri Blob, Uri Queue)> ReadAddressesAsync(Process process, AzuriteOptions options, CancellationToken cancellation)
    {
        var blob = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        var queue = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        var errors = new StringBuilder();
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null || Listening().Match(line.Data) is not { Success: true } match)
                return;
            var address = new Uri(match.Groups["address"].Value);
            _ = match.Groups["service"].Value == "Blob" ? blob.TrySetResult(address) : queue.TrySetResult(address);
        };
        process.ErrorDataReceived += (_, line) =>
        {
            lock (errors)
            {
                if (errors.Length < KeptErrorLength)
                    errors.AppendLine(line.Data);
            }
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var listening = Task.WhenAll(blob.Task, queue.Task);
        var timeout = Task.Delay(options.StartTimeout, TimeProvider.System, limit.Token);
        var first = await Task.WhenAny(listening, process.WaitForExitAsync(limit.Token), timeout);
        await limit.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
        if (first == listening)
            return (await blob.Task, await queue.Task);
        if (first == timeout)
            throw new LocalFunctionsException($"Azurite did not listen within {options.StartTimeout:c}: is the machine overloaded? Try again.");

        process.WaitForExit();
        lock (errors)
            throw Explain(errors.ToString(), options, process.ExitCode);
    }

    private static LocalFunctionsException Explain(string errors, AzuriteOptions options, int exitCode)
    {
        if (AddressInUse().Match(errors) is { Success: true } taken)
            return new LocalFunctionsException($"Azurite cannot listen on {taken.Groups["address"].Value}: the port is taken. Choose another one, or 0 for a free one.");
        if (errors.Contains("EACCES", StringComparison.Ordinal) || errors.Contains("EROFS", StringComparison.Ordinal))
            return new LocalFunctionsException($"Azurite cannot write to {options.DataDirectory}: correct its permissions, or give another directory.");

        var line = errors.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .FirstOrDefault(text => text.Contains("Error", StringComparison.Ordinal)) ?? "it gave no reason";
        return new LocalFunctionsException($"Azurite ended at once with code {exitCode}: {line}");
    }

    [GeneratedRegex(
        @"Azurite (?<service>Blob|Queue) service (?:is successfully listening at|successfully listens on) (?<address>http://\S+)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Listening();

    [GeneratedRegex(@"EADDRINUSE.*?(?<address>\d+\.\d+\.\d+\.\d+:\d+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AddressInUse();
}
