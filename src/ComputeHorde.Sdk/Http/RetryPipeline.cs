using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace ComputeHorde.Sdk;

/// <summary>Repeats calls that are safe to repeat, after transient failures only.</summary>
internal static class RetryPipeline
{
    private static readonly ResiliencePropertyKey<string> CallKey = new("call");

    public static ResiliencePipeline Create(ComputeHordeOptions options, TimeProvider time, ILogger logger)
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = time };
        if (options.MaxRetries == 0)
        {
            return builder.Build();
        }

        return builder
            .AddRetry(
                new RetryStrategyOptions
                {
                    MaxRetryAttempts = options.MaxRetries,
                    BackoffType = DelayBackoffType.Exponential,
                    Delay = options.RetryDelay,
                    MaxDelay = options.MaxRetryDelay,
                    UseJitter = true,
                    ShouldHandle = new PredicateBuilder().Handle<ComputeHordeException>(static error =>
                        error.IsTransient && error is not ComputeHordeAuthenticationException { IsLoginRefused: true }
                    ),
                    DelayGenerator = arguments => ValueTask.FromResult(RetryAfter(arguments.Outcome.Exception, options)),
                    OnRetry = arguments =>
                    {
                        var call = arguments.Context.Properties.GetValue(CallKey, "");
                        ComputeHordeTelemetry.Retries.Add(1, new KeyValuePair<string, object?>("call", call));
                        Logs.Retrying(
                            logger,
                            call,
                            arguments.AttemptNumber + 1,
                            arguments.RetryDelay,
                            arguments.Outcome.Exception?.Message
                        );
                        return ValueTask.CompletedTask;
                    },
                }
            )
            .Build();
    }

    /// <summary>Runs a call in a pipeline under its name.</summary>
    public static async Task<T> RunAsync<T>(
        this ResiliencePipeline pipeline,
        string call,
        Func<CancellationToken, Task<T>> action,
        CancellationToken cancellationToken
    )
    {
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(CallKey, call);
        try
        {
            return await pipeline.ExecuteAsync(static async (c, run) => await run(c.CancellationToken), context, action);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    /// <summary>The server's wish within <see cref="ComputeHordeOptions.MaxRetryDelay"/>; null for the usual backoff.</summary>
    public static TimeSpan? RetryAfter(Exception? error, ComputeHordeOptions options) =>
        error is ComputeHordeException { RetryAfter: { } wish } && wish > TimeSpan.Zero
            ? (wish < options.MaxRetryDelay ? wish : options.MaxRetryDelay)
            : null;
}
