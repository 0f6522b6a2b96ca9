using ComputeHorde.DurableTask.Sqlite.Testing;
using ComputeHorde.Functions.Local.Durable;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Functions.Local.Invocation;

/// <summary>Runs invocations: a scope, the middleware, the function, its outputs; with a time-out, counted for the drain.</summary>
/// <param name="services">Makes the scopes.</param>
/// <param name="pipeline">The middleware around the function.</param>
/// <param name="functionTimeout">How long an invocation may take; null for as long as it likes.</param>
/// <param name="drain">Counts what runs.</param>
/// <param name="logger">Where invocations that were given up are logged.</param>
/// <param name="clock">Virtual time, which stands still while functions run; null on real time.</param>
/// <param name="invocations">Where each invocation is logged; null where somebody else logs it.</param>
internal sealed class FunctionRunner(
    IServiceProvider services,
    FunctionExecutionDelegate pipeline,
    TimeSpan? functionTimeout,
    InvocationDrain drain,
    ILogger logger,
    VirtualTimeProvider? clock,
    ILogger? invocations
)
{
    /// <summary>How long a function may take to notice that it was cancelled.</summary>
    private static readonly TimeSpan CancellationGrace = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Whether the host's stop cancels what still runs: an invocation that fails from now on has been cut off, and is no failure of its
    /// own.
    /// </summary>
    public bool IsCuttingOff => drain.Aborted.IsCancellationRequested;

    /// <summary>Bounds what triggers do in storage after their functions, so that a stop does not wait for storage that hangs.</summary>
    public CancellationToken Closed => drain.Closed;

    /// <summary>Runs an invocation and logs it; what the function throws comes out.</summary>
    /// <param name="function">The function.</param>
    /// <param name="trigger">What starts it.</param>
    /// <param name="scoped">Services of a scope that already exists; null makes one.</param>
    /// <param name="cancellation">Cancels this invocation, beside the drain and the time-out.</param>
    /// <returns>What the function returned.</returns>
    /// <exception cref="FunctionTimeoutException">The function ran longer than it may.</exception>
    public async Task<object?> RunAsync(
        RunnableFunction function,
        TriggerInput trigger,
        IServiceProvider? scoped = null,
        CancellationToken cancellation = default
    )
    {
        using var lease = drain.Enter();
        using var held = clock?.Running();
        var source = CancellationTokenSource.CreateLinkedTokenSource(drain.Aborted, cancellation);
        var started = TimeProvider.System.GetTimestamp();
        var scope = scoped is null ? services.CreateAsyncScope() : (AsyncServiceScope?)null;
        var context = new LocalFunctionContext(function, trigger, scoped ?? scope!.Value.ServiceProvider, source.Token);
        invocations?.Executing(function.Name, trigger.Reason, context.InvocationId);
        var run = InvokeAsync(context, scope);
        try
        {
            await WithTimeoutAsync(run, function, source);
            invocations?.Executed(function.Name, context.InvocationId, Elapsed(started));
            return context.Result;
        }
        catch (OperationCanceledException) when (drain.Aborted.IsCancellationRequested || cancellation.IsCancellationRequested)
        {
            // It gave way, as it was asked to.
            invocations?.ExecutionInterrupted(function.Name, context.InvocationId, Elapsed(started));
            throw;
        }
        catch (Exception exception)
        {
            // Whatever a function throws is its result: it is logged here once and handled by the trigger that started it.
            invocations?.ExecutionFailed(exception, function.Name, context.InvocationId, Elapsed(started));
            throw;
        }
        finally
        {
            if (run.IsCompleted)
            {
                source.Dispose();
            }
            else
            {
                _ = ObserveAsync(run, context, source);
            }
        }
    }

    /// <summary>Runs an orchestrator: the engine decides when it goes on, so there is no time-out and no drain.</summary>
    public Task<object?> RunOrchestratorAsync(RunnableFunction function, TriggerInput trigger) =>
        OrchestratorRun.RunAsync(function, trigger, pipeline, services);

    private async Task InvokeAsync(LocalFunctionContext context, AsyncServiceScope? scope)
    {
        // Off the caller's thread: a function that blocks must not block the listener that started it.
        await Task.Yield();
        try
        {
            await pipeline(context);
        }
        finally
        {
            if (scope is { } own)
            {
                await own.DisposeAsync();
            }
        }
    }

    /// <summary>The time-out bounds real work and therefore runs on the real clock.</summary>
    private async Task WithTimeoutAsync(Task run, RunnableFunction function, CancellationTokenSource source)
    {
        using var watch = CancellationTokenSource.CreateLinkedTokenSource(drain.Abandoned);
        var limit = Task.Delay(functionTimeout ?? Timeout.InfiniteTimeSpan, TimeProvider.System, watch.Token);
        if (await Task.WhenAny(run, limit) == run)
        {
            await watch.CancelAsync();
            await run;
            return;
        }

        drain.Abandoned.ThrowIfCancellationRequested();
        await source.CancelAsync();
        await Task.WhenAny(run, Task.Delay(CancellationGrace, TimeProvider.System, drain.Abandoned));
        throw new FunctionTimeoutException(
            $"Function '{function.Name}' ran longer than {functionTimeout:c} (host.json, functionTimeout) and was cancelled.",
            run.Exception?.InnerException
        );
    }

    private async Task ObserveAsync(Task run, LocalFunctionContext context, CancellationTokenSource source)
    {
        try
        {
            await run;
            source.Dispose();
        }
        catch (Exception exception)
        {
            // Its trigger has given it up already; the log is the only place left for it.
            logger.AbandonedFailed(exception, context.FunctionId, context.InvocationId);
            source.Dispose();
        }
    }

    private static double Elapsed(long started) => TimeProvider.System.GetElapsedTime(started).TotalMilliseconds;
}
