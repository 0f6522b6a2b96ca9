using System.Net;

namespace ComputeHorde.Fallback;

/// <summary>A request that was refused, or had no answer (no status).</summary>
internal sealed class ProviderRefusal(string who, HttpStatusCode? status, string detail, Exception? inner = null) : Exception(detail, inner)
{
    public HttpStatusCode? Status => status;

    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the same request may be answered well later.</summary>
    public bool MayPass =>
        status is null or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError;

    public FallbackException ToException() =>
        status switch
        {
            _ when MayPass => Make(FallbackFailure.Unknown),
            HttpStatusCode.Unauthorized or HttpStatusCode.PaymentRequired or HttpStatusCode.Forbidden => Make(FallbackFailure.Account),
            _ => Make(FallbackFailure.Protocol),
        };

    public FallbackException Make(FallbackFailure failure) =>
        new(
            failure,
            status is null
                ? $"{who} does not answer: {Message}."
                : $"{who} answered HTTP {(int)status}{(Message.Length == 0 ? "" : $": {Message}")}.",
            this
        );
}
