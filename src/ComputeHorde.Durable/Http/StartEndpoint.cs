using System.Globalization;
using System.Threading.RateLimiting;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Runs;
using ComputeHorde.Sdk;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Durable.Http;

/// <summary>What all requests have in common that start something, and so cost money: how many there may be, how they are named and answered.</summary>
public sealed class StartEndpoint : IDisposable
{
    private readonly TokenBucketRateLimiter _limit;

    /// <summary>Allows <see cref="DurableOptions.MaxStartsPerMinute"/>, all at once after a quiet minute.</summary>
    /// <param name="options">The settings.</param>
    public StartEndpoint(IOptions<DurableOptions> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var most = options.Value.MaxStartsPerMinute;
        var tokens = Math.Max(1, most / 60);
        _limit = new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
        {
            TokenLimit = most,
            TokensPerPeriod = tokens,
            ReplenishmentPeriod = TimeSpan.FromMinutes((double)tokens / most),
            QueueLimit = 0,
        });
    }

    /// <inheritdoc/>
    public void Dispose() => _limit.Dispose();

    /// <summary>Starts what a request asks for and answers it: 202 with <c>Location</c>; 400, 409, 413, 429 or 503 as problem+json.</summary>
    /// <param name="request">The request.</param>
    /// <param name="route">Where to look for what was started.</param>
    /// <param name="start">Starts it under the name of the header <c>Idempotency-Key</c>, null when there is none; gives null when something else has this name.</param>
    internal async Task<IActionResult> AnswerAsync(HttpRequest request, string route, Func<string?, Task<StartedRun?>> start)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var lease = _limit.AttemptAcquire();
        if (!lease.IsAcquired)
        {
            var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var time) ? time : TimeSpan.FromSeconds(1);
            request.HttpContext.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            return HttpResults.Problem(429, "Too many starts", [new ValidationProblem("rate", "is above ComputeHorde__MaxStartsPerMinute. Nothing was started; send the same request again later.")]);
        }

        var key = request.Headers["Idempotency-Key"].ToString();
        try
        {
            return await HttpResults.FromStorageAsync(request, async () => HttpResults.Started(request, route, key, await start(key.Length == 0 ? null : key)));
        }
        catch (ComputeHordeValidationException exception)
        {
            return HttpResults.Problem(400, "The request is not valid", exception.Problems);
        }
        catch (BodyTooLargeException exception)
        {
            return HttpResults.Problem(413, "The request is too large", [new ValidationProblem("body", exception.Message)]);
        }
    }
}
