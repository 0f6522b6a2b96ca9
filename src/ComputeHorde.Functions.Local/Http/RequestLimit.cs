using System.Threading.RateLimiting;
using ComputeHorde.Functions.Local.Settings;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;

namespace ComputeHorde.Functions.Local.Http;

/// <summary>host.json, extensions.http: so many requests run at once, so many more wait, and the rest is answered 429. A request counts
/// when its body is here, so that slow senders hold up nobody but themselves.</summary>
internal sealed class RequestLimit(HttpSettings settings) : IDisposable
{
    /// <summary>How long a body may take; Kestrel refuses less than 240 bytes a second sooner.</summary>
    private static readonly TimeSpan BodyPatience = TimeSpan.FromMinutes(2);

    private const string RetryAfterSeconds = "1";

    private readonly ConcurrencyLimiter _limiter = new(
        new ConcurrencyLimiterOptions
        {
            PermitLimit = Math.Min(settings.MaxConcurrentRequests, settings.MaxOutstandingRequests),
            QueueLimit = Math.Max(0, settings.MaxOutstandingRequests - settings.MaxConcurrentRequests),
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        }
    );

    public async Task RunAsync(HttpContext http, RequestDelegate next)
    {
        if (http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true && !await HasBodyAsync(http))
        {
            return;
        }

        using var lease = await _limiter.AcquireAsync(cancellationToken: http.RequestAborted);
        if (lease.IsAcquired)
        {
            await next(http);
            return;
        }

        http.Response.Headers.RetryAfter = RetryAfterSeconds;
        await Results
            .Problem("Too many requests are running and waiting: try again.", statusCode: StatusCodes.Status429TooManyRequests)
            .ExecuteAsync(http);
    }

    public void Dispose() => _limiter.Dispose();

    /// <returns>Whether the body has been read and is there to be read again; else the request has been answered.</returns>
    private static async Task<bool> HasBodyAsync(HttpContext http)
    {
        http.Request.EnableBuffering();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        limit.CancelAfter(BodyPatience);
        try
        {
            await http.Request.Body.DrainAsync(limit.Token);
            http.Request.Body.Position = 0;
            return true;
        }
        catch (BadHttpRequestException bad)
        {
            await HttpResults.WriteErrorAsync(http, bad);
        }
        catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
        {
            await Results
                .Problem($"The body did not arrive within {BodyPatience:c}.", statusCode: StatusCodes.Status408RequestTimeout)
                .ExecuteAsync(http);
        }
        catch (Exception exception)
            when (http.RequestAborted.IsCancellationRequested && exception is OperationCanceledException or IOException)
        {
            // The caller has gone away.
        }

        return false;
    }
}
