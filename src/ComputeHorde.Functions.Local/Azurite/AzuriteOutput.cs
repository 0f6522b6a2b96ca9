using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace ComputeHorde.Functions.Local.Azurite;

/// <summary>Reads from a starting Azurite where it listens, or why it does not.</summary>
internal static partial class AzuriteOutput
{
    private const int KeptErrorLength = 4000;

    /// <exception cref="LocalFunctionsException">It ended, or did not listen in time.</exception>
    public static async Task<AzuritePorts> ReadPortsAsync(Process process, AzuriteOptions options, CancellationToken cancellation)
    {
        var ports = new ConcurrentDictionary<string, int>();
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var errors = new StringBuilder();
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null || Listening().Match(line.Data) is not { Success: true } match)
            {
                return;
            }

            ports[match.Groups["service"].Value] = new Uri(match.Groups["address"].Value).Port;
            if (ports.Count == 3)
            {
                listening.TrySetResult();
            }
        };
        process.ErrorDataReceived += (_, line) =>
        {
            lock (errors)
            {
                if (errors.Length < KeptErrorLength)
                {
                    errors.AppendLine(line.Data);
                }
            }
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var timeout = Task.Delay(options.StartTimeout, TimeProvider.System, limit.Token);
        var first = await Task.WhenAny(listening.Task, process.WaitForExitAsync(limit.Token), timeout);
        await limit.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
        if (first == listening.Task)
        {
            return new AzuritePorts(ports["Blob"], ports["Queue"], ports["Table"]);
        }

        if (first == timeout)
        {
            throw new LocalFunctionsException(
                $"Azurite did not listen within {options.StartTimeout:c}: is the machine overloaded? Try again."
            );
        }

        process.WaitForExit();
        lock (errors)
        {
            throw Explain(errors.ToString(), options, process.ExitCode);
        }
    }

    private static LocalFunctionsException Explain(string errors, AzuriteOptions options, int exitCode)
    {
        if (AddressInUse().Match(errors) is { Success: true } taken)
        {
            return PortTaken(taken.Groups["address"].Value, options);
        }

        if (errors.Contains("EACCES", StringComparison.Ordinal) || errors.Contains("EROFS", StringComparison.Ordinal))
        {
            return new LocalFunctionsException(
                $"Azurite cannot write to {options.DataDirectory}: correct its permissions, or give another directory."
            );
        }

        var line =
            errors
                .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .FirstOrDefault(text => text.Contains("Error", StringComparison.Ordinal))
            ?? "it gave no reason";
        return new LocalFunctionsException($"Azurite ended at once with code {exitCode}: {line}");
    }

    private static LocalFunctionsException PortTaken(string address, AzuriteOptions options)
    {
        var isChosen = new[] { options.BlobPort, options.QueuePort, options.TablePort }.Any(port =>
            port != 0 && address.EndsWith($":{port}", StringComparison.Ordinal)
        );
        return new LocalFunctionsException(
            $"Azurite cannot listen on {address}: the port is taken. "
                + (
                    isChosen || options.DataDirectory is null
                        ? "Choose another one, or 0 for a free one."
                        : $"It is that of the data in {options.DataDirectory}, and URLs with it may be in use: end what listens there, or delete {AzuriteFolder.PortsName} to have others."
                )
        );
    }

    [GeneratedRegex(
        @"Azurite (?<service>Blob|Queue|Table) service (?:is successfully listening at|successfully listens on) (?<address>http://\S+)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Listening();

    [GeneratedRegex(
        @"EADDRINUSE.*?(?<address>\d+\.\d+\.\d+\.\d+:\d+)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Singleline,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex AddressInUse();
}
