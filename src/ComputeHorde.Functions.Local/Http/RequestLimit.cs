using System.Threading.RateLimiting;
using ComputeHorde.Functions.Local.Settings;
using Microsoft.AspNetCore.Http;

namespace ComputeHorde.Functions.Local.Http;

/// <summary>host.json, extensions.http: so many requests run at once, so many more wait, and the rest is answered 429.</summary>
internal sealed class RequestLimit(HttpSettings settings) : IDisposable
{
    private readonly ConcurrencyLimiter _limiter = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = Math.Min(settings.MaxConcurrentRequests, settings.MaxOutstandingRequests),
        QueueLimit = Math.Max(0, settings.MaxOutstandingRequests - settings.MaxConcurrentRequests),
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    public async Task RunAsync(HttpContext http, RequestDelegate next)
    {
        using var lease = await _limiter.AcquireAsync(cancellationToken: http.RequestAborted);
        if (lease.IsAcquired)
            await next(http);
        else
            http.Response.StatusCode = StatusCodes.Status429TooManyRequests;
    }

    public void Dispose() => _limiter.Dispose();
}
