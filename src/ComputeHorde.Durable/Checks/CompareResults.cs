using ComputeHorde.Durable.Checks.Comparers;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Outputs;
using ComputeHorde.Durable.Storage;
using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Durable.Checks;

/// <summary>Compares two stored results.</summary>
internal sealed class CompareResults(ComparerRegistry comparers, ResultStore results, OutputUrls outputs, TimeProvider timeProvider)
{
    /// <summary>Less than host.json's functionTimeout, which would end the host instead.</summary>
    private static readonly TimeSpan MostTime = TimeSpan.FromMinutes(5);

    private const long LargeBytes = 4 << 20;

    // Large JSON takes a few hundred megabytes while it is compared: one at a time in a process.
    private static readonly SemaphoreSlim OneLarge = new(1);

    /// <summary>Compares. Whatever a comparer throws is no verdict against anybody.</summary>
    /// <returns>The verdict; inconclusive when the results cannot be compared.</returns>
    [Function(nameof(CompareResults))]
    public async Task<CompareOutcome> RunAsync([ActivityTrigger] CompareInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var span = DurableTelemetry.Start(nameof(CompareResults), input.Trace, input.Untrusted.Blob);
        if (comparers.Find(input.Comparer) is not { } comparer)
        {
            return CompareOutcome.Inconclusive(comparers.ObstacleOf(input.Comparer)!);
        }

        using var timeOut = new CancellationTokenSource(MostTime, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeOut.Token, cancellationToken);
        try
        {
            return await CompareAsync(comparer, input, either.Token).WaitAsync(either.Token);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException) when (timeOut.IsCancellationRequested)
        {
            return CompareOutcome.Inconclusive($"the comparison took more than {MostTime.TotalMinutes} minutes") with
            {
                TookTooLong = true,
            };
        }
        catch (StoredContentException exception)
        {
            var outcome = CompareOutcome.Inconclusive(exception.Message);
            return exception.IsForNow ? outcome with { NotNow = outcome.Reason } : outcome;
        }
        catch (Exception exception)
        {
            // An application's comparer may throw anything, and a miner may have meant it to: the run has its result all the same. The
            // message is not told: a parser's repeats what it could not read, which is content.
            return CompareOutcome.Inconclusive($"the comparer '{input.Comparer}' failed with {exception.GetType().Name}");
        }
    }

    private async Task<CompareOutcome> CompareAsync(IResultComparer comparer, CompareInput input, CancellationToken cancellationToken)
    {
        var untrusted = await LoadAsync(input.Untrusted, cancellationToken);
        var trusted = await LoadAsync(input.Trusted, cancellationToken);
        var isLarge = comparer is JsonToleranceComparer && untrusted.TotalBytes + trusted.TotalBytes > LargeBytes;
        if (isLarge)
        {
            await OneLarge.WaitAsync(cancellationToken);
        }

        try
        {
            var compared = await comparer.CompareAsync(untrusted, trusted, input.Settings, cancellationToken);
            if (compared.Verdict == Verdict.Mismatch)
            {
                await untrusted.VerifyAsync(cancellationToken);
                await trusted.VerifyAsync(cancellationToken);
            }

            return CompareOutcome.Of(compared);
        }
        finally
        {
            if (isLarge)
            {
                OneLarge.Release();
            }
        }
    }

    private async Task<StoredResult> LoadAsync(ResultReference reference, CancellationToken cancellationToken) =>
        new(
            await StoredContentException.WrapAsync(() => results.LoadAsync(reference, cancellationToken), cancellationToken),
            results,
            outputs
        );
}
