using System.Net;
using System.Text.Json;
using Polly;
using Polly.Retry;

namespace ComputeHorde.Fallback;

/// <summary>
/// Requests with a time limit each, repeated where that is safe. An answer that is not clear is an exception, never an empty one.
/// </summary>
internal sealed class ProviderHttp
{
    private const int MaxAnswerBytes = 16 * 1024 * 1024,
        MaxRefusalBytes = 64 * 1024;

    private static readonly string[] Texts = ["code", "title", "detail", "message"];
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    private readonly HttpClient _client;
    private readonly string _who;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly ResiliencePipeline _retry;

    public ProviderHttp(HttpClient client, string who, TimeSpan timeout, int retries, TimeProvider time)
    {
        (_client, _who, _timeout, _time) = (client, who, timeout, time);
        var builder = new ResiliencePipelineBuilder { TimeProvider = time };
        _retry =
            retries == 0
                ? builder.Build()
                : builder
                    .AddRetry(
                        new RetryStrategyOptions
                        {
                            MaxRetryAttempts = retries,
                            BackoffType = DelayBackoffType.Exponential,
                            Delay = TimeSpan.FromSeconds(1),
                            MaxDelay = LongestWait,
                            UseJitter = true,
                            ShouldHandle = new PredicateBuilder().Handle<ProviderRefusal>(static refusal => refusal.MayPass),
                            DelayGenerator = static arguments =>
                                ValueTask.FromResult(
                                    arguments.Outcome.Exception is ProviderRefusal { RetryAfter: { } wish }
                                        ? (wish < LongestWait ? wish : LongestWait)
                                        : (TimeSpan?)null
                                ),
                        }
                    )
                    .Build();
    }

    /// <summary>
    /// Sends a request that may be sent twice; only clear answers come back: a success, or one of <paramref name="expected"/>.
    /// </summary>
    public async Task<ProviderAnswer> SendAsync(
        Func<CancellationToken, ValueTask<HttpRequestMessage>> request,
        CancellationToken cancellationToken,
        params HttpStatusCode[] expected
    )
    {
        try
        {
            return await _retry.ExecuteAsync(async token => await ExchangeAsync(request, expected, token), cancellationToken);
        }
        catch (ProviderRefusal refusal)
        {
            throw refusal.ToException();
        }
    }

    /// <summary>Sends a request once.</summary>
    /// <exception cref="ProviderRefusal">Anything but a success.</exception>
    public async Task<ProviderAnswer> SendOnceAsync(
        Func<CancellationToken, ValueTask<HttpRequestMessage>> request,
        CancellationToken cancellationToken
    ) => await ExchangeAsync(request, [], cancellationToken);

    private async Task<ProviderAnswer> ExchangeAsync(
        Func<CancellationToken, ValueTask<HttpRequestMessage>> request,
        HttpStatusCode[] expected,
        CancellationToken cancellationToken
    )
    {
        using var timeout = new CancellationTokenSource(_timeout, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using var message = await request(linked.Token);
            using var response = await _client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, linked.Token);
            var isGood = response.IsSuccessStatusCode || expected.Contains(response.StatusCode);
            var body = await ReadAsync(response, isGood ? MaxAnswerBytes : MaxRefusalBytes, linked.Token);
            return isGood
                ? new ProviderAnswer(_who, response.StatusCode, body)
                {
                    Challenge = response.Headers.WwwAuthenticate.FirstOrDefault()?.ToString(),
                }
                : throw new ProviderRefusal(_who, response.StatusCode, Detail(body)) { RetryAfter = RetryAfter(response) };
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ProviderRefusal(_who, null, $"no complete answer within {_timeout.TotalSeconds:0.###} s", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new ProviderRefusal(_who, null, exception.Message, exception);
        }
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, int limit, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int read; (read = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            body.Write(buffer, 0, read);
            if (body.Length > limit)
            {
                throw new IOException($"the answer is larger than {limit} bytes");
            }
        }

        return body.ToArray();
    }

    /// <summary>What a refusal says: problem+json, ARM's error, or a message.</summary>
    private static string Detail(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object)
            {
                var error = root.TryGetProperty("error", out var inner) && inner.ValueKind == JsonValueKind.Object ? inner : root;
                var texts = Texts
                    .Select(name =>
                        error.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null
                    )
                    .Where(static text => !string.IsNullOrWhiteSpace(text));
                return Line(string.Join(": ", texts));
            }
        }
        catch (JsonException)
        {
            // A proxy's page: the status says enough.
        }

        return "";
    }

    private static string Line(string text)
    {
        var line = new string([.. text.Select(static character => char.IsControl(character) ? ' ' : character)]);
        return line.Length <= 300 ? line : line[..299] + "…";
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response) =>
        response.Headers.RetryAfter switch
        {
            { Delta: { } wish } => wish,
            { Date: { } date } => date - (response.Headers.Date ?? _time.GetUtcNow()) is var wish && wish > TimeSpan.Zero
                ? wish
                : TimeSpan.Zero,
            _ => null,
        };
}
