using System.Net.Sockets;
using ComputeHorde.Functions.Local;
using ComputeHorde.Sdk;
using ComputeHorde.Storage.Local;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Durable.LocalHost.Commands;

/// <summary>
/// Turns what a user can mend into one clear line and an exit code. Anything else is a fault of ours and shows its trace.
/// </summary>
internal static class Guard
{
    public static async Task<int> RunAsync(Func<Task<int>> command, CancellationToken cancellationToken)
    {
        try
        {
            return await command();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return 130;
        }
        catch (OptionsValidationException exception)
        {
            return await FailAsync([.. exception.Failures]);
        }
        catch (AggregateException several) when (several.InnerExceptions.All(static exception => exception is OptionsValidationException))
        {
            return await FailAsync([
                .. several.InnerExceptions.Cast<OptionsValidationException>().SelectMany(static exception => exception.Failures),
            ]);
        }
        catch (Exception exception)
            when (exception
                    is LocalFunctionsException
                        or LocalStorageException
                        or ComputeHordeException
                        or UserException
                        or UnauthorizedAccessException
                        or IOException
                        or SocketException
            )
        {
            return await FailAsync([exception.Message]);
        }
    }

    /// <summary>One line for each fault.</summary>
    private static async Task<int> FailAsync(IReadOnlyList<string> faults)
    {
        foreach (var fault in faults)
        {
            await Console.Error.WriteLineAsync("error: " + fault.ReplaceLineEndings(" "));
        }

        return 1;
    }
}

/// <summary>Something that the user can mend: the message says what and how.</summary>
internal sealed class UserException(string message) : Exception(message);
