using System.Net.Sockets;
using System.Text;
using System.Threading.RateLimiting;
using ComputeHorde.Durable.Hosting;
using Microsoft.Extensions.Options;
using StandardWebhooks;

namespace ComputeHorde.Durable.Notices;

/// <summary>Posts notices to strangers' servers, over <see cref="WebhookConnections"/>; of an answer only the status counts.</summary>
internal sealed class WebhookSender : IDisposable
{
    /// <summary>How long a receiver may take to answer.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Activities are few, and runs need them too: slow receivers must not take them all, nor one of them those of the others.
    /// </summary>
    private const int MostAtOnce = 12,
        MostAtOnceForOne = 4;

    private readonly DurableOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;
    private readonly ConcurrencyLimiter _all = new(new ConcurrencyLimiterOptions { PermitLimit = MostAtOnce });
    private readonly PartitionedRateLimiter<string> _each = PartitionedRateLimiter.Create<string, string>(static host =>
        RateLimitPartition.GetConcurrencyLimiter(host, static _ => new ConcurrencyLimiterOptions { PermitLimit = MostAtOnceForOne })
    );

    public WebhookSender(IOptions<DurableOptions> options, TimeProvider time, IHttpClientFactory http)
    {
        _options = options.Value;
        _time = time;
        _http = http.CreateClient(WebhookConnections.Name);
    }

    public void Dispose()
    {
        _http.Dispose();
        _all.Dispose();
        _each.Dispose();
    }

    /// <summary>Posts once.</summary>
    /// <param name="address">Where to.</param>
    /// <param name="messageId">Header <c>webhook-id</c>: the same at each try.</param>
    /// <param name="payload">JSON.</param>
    /// <param name="cancellationToken">The host stops.</param>
    public async Task<SendNoticeOutcome> PostAsync(Uri address, string messageId, string payload, CancellationToken cancellationToken)
    {
        using var one = _each.AttemptAcquire(address.Host);
        using var any = one.IsAcquired ? _all.AttemptAcquire() : one;
        if (!any.IsAcquired)
        {
            return new SendNoticeOutcome(SendStatus.NotNow, "Other notices are under way.");
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = new StringContent(payload, Encoding.UTF8, "application/json"),
        };
        var at = _time.GetUtcNow();
        request.Headers.Add("webhook-id", messageId);
        request.Headers.Add("webhook-timestamp", at.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", Sign(messageId, at, payload));
        request.Headers.UserAgent.ParseAdd("ComputeHorde.Durable");
        using var limit = new CancellationTokenSource(Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return Judge(answer);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new SendNoticeOutcome(SendStatus.Failed, $"The receiver did not answer within {Timeout.TotalSeconds:0} s.");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or SocketException)
        {
            // No message of theirs: it could repeat the address.
            return new SendNoticeOutcome(
                SendStatus.Failed,
                exception.GetBaseException() is ForbiddenAddressException forbidden
                    ? forbidden.Message
                    : $"The receiver could not be reached ({(exception as HttpRequestException)?.HttpRequestError ?? HttpRequestError.ConnectionError})."
            );
        }
    }

    /// <summary>One signature for each secret of the settings, so that a receiver can change over.</summary>
    private string Sign(string messageId, DateTimeOffset at, string payload) =>
        string.Join(' ', WebhookSecrets.Read(_options.WebhookSecret).Select(key => new StandardWebhook(key).Sign(messageId, at, payload)));

    private SendNoticeOutcome Judge(HttpResponseMessage answer) =>
        (int)answer.StatusCode switch
        {
            >= 200 and < 300 => new SendNoticeOutcome(SendStatus.Delivered, Problem: null),

            // By the specification: never again.
            410 => new SendNoticeOutcome(SendStatus.Refused, "The receiver answered 410: it is gone."),
            >= 300 and < 400 => new SendNoticeOutcome(
                SendStatus.Failed,
                $"The receiver answered {(int)answer.StatusCode}; redirects are not followed."
            ),
            var status => new SendNoticeOutcome(SendStatus.Failed, $"The receiver answered {status}.")
            {
                RetryAfterSeconds = answer.Headers.RetryAfter is { } after
                    ? (after.Delta ?? after.Date - (answer.Headers.Date ?? _time.GetUtcNow()))?.TotalSeconds
                    : null,
            },
        };
}
