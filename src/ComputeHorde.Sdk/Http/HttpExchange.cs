using System.Net.Http.Headers;
using System.Text.Json;

namespace ComputeHorde.Sdk;

/// <summary>One request and its whole answer within the time limit. Knows nothing of logins and repeats.</summary>
internal sealed class HttpExchange(Func<HttpClient> clients, ComputeHordeOptions options, TimeProvider time)
{
    /// <summary>A refusal's body is only read for its text.</summary>
    private const int MaxRefusalBytes = 1024 * 1024;

    private readonly Uri _base = Normalise(options.FacilitatorUrl);
    private long _clockOffset = long.MinValue;

    /// <summary>
    /// The server's clock less this machine's, by the newest good answer; null before the first. Exact to about a second.
    /// </summary>
    public TimeSpan? ServerClockOffset =>
        Interlocked.Read(ref _clockOffset) is var ticks and not long.MinValue ? TimeSpan.FromTicks(ticks) : null;

    /// <summary>Sends a request and reads its JSON.</summary>
    /// <returns>The answer to a success; dispose it.</returns>
    public Task<JsonDocument> SendAsync(FacilitatorRequest request, string? token, CancellationToken cancellationToken) =>
        SendAsync(request, token, JsonAnswer.ReadAsync, cancellationToken);

    /// <summary>Sends a request and reads its answer.</summary>
    /// <exception cref="ComputeHordeException">No answer, a refusal, or an answer that cannot be read.</exception>
    public async Task<T> SendAsync<T>(FacilitatorRequest request, string? token, AnswerReader<T> read, CancellationToken cancellationToken)
    {
        if (request.BeforeSend is { } beforeSend)
        {
            await beforeSend(cancellationToken);
        }

        using var timeout = new CancellationTokenSource(options.RequestTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        var started = time.GetTimestamp();
        var status = 0;
        try
        {
            using var message = Message(request, token);
            using var response = await clients().SendAsync(message, HttpCompletionOption.ResponseHeadersRead, linked.Token);
            status = (int)response.StatusCode;
            return response.IsSuccessStatusCode
                ? await ReadAsync(request, response, started, read, linked.Token)
                : throw await RefusalAsync(request, response, linked.Token);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ConnectionFailedException(
                $"{request.What} had no complete answer within {options.RequestTimeout.TotalSeconds:0.###} s.",
                requestMayHaveArrived: true,
                error
            );
        }
        catch (HttpRequestException error)
        {
            var neverConnected =
                error.HttpRequestError
                is HttpRequestError.ConnectionError
                    or HttpRequestError.NameResolutionError
                    or HttpRequestError.SecureConnectionError
                    or HttpRequestError.ProxyTunnelError;
            throw new ConnectionFailedException($"{request.What} failed: {error.Message}", requestMayHaveArrived: !neverConnected, error);
        }
        catch (Exception error) when (error is IOException or InvalidDataException)
        {
            throw new ConnectionFailedException($"{request.What} failed: {error.Message}", requestMayHaveArrived: true, error);
        }
        finally
        {
            ComputeHordeTelemetry.RequestDuration.Record(
                time.GetElapsedTime(started).TotalSeconds,
                new KeyValuePair<string, object?>("call", request.Name),
                new KeyValuePair<string, object?>("http.response.status_code", status)
            );
        }
    }

    private async Task<T> ReadAsync<T>(
        FacilitatorRequest request,
        HttpResponseMessage response,
        long started,
        AnswerReader<T> read,
        CancellationToken cancellationToken
    )
    {
        var limit = Math.Min(request.MaxAnswerBytes ?? long.MaxValue, options.MaxResponseBytes);
        if (response.Content.Headers.ContentLength > limit)
        {
            throw new ResponseTooLargeException(limit);
        }

        await using var body = new LimitedStream(await response.Content.ReadAsStreamAsync(cancellationToken), limit);
        try
        {
            var answer = await read(body, cancellationToken);
            NoteClock(response, started);
            return answer;
        }
        catch (JsonException error)
        {
            // A proxy's page or a cut-off body: the same request may be answered well.
            throw new ComputeHordeProtocolException(
                $"{request.What} was answered with HTTP {(int)response.StatusCode}, but the body is not JSON.",
                isTransient: true,
                error
            )
            {
                StatusCode = (int)response.StatusCode,
            };
        }
    }

    private async Task<ComputeHordeException> RefusalAsync(
        FacilitatorRequest request,
        HttpResponseMessage response,
        CancellationToken cancellationToken
    )
    {
        JsonDocument? json = null;
        try
        {
            await using var body = new LimitedStream(await response.Content.ReadAsStreamAsync(cancellationToken), MaxRefusalBytes);
            json = await JsonAnswer.ReadAsync(body, cancellationToken);
        }
        catch (Exception error) when (error is JsonException or ResponseTooLargeException)
        {
            // The status says enough.
        }

        using (json)
        {
            return FacilitatorErrors.From((int)response.StatusCode, json?.RootElement ?? default, request.What, RetryAfter(response));
        }
    }

    private void NoteClock(HttpResponseMessage response, long started)
    {
        if (response.Headers.Date is { } date)
        {
            var sent = time.GetUtcNow() - time.GetElapsedTime(started);
            var middle = sent + (time.GetElapsedTime(started) / 2);
            Interlocked.Exchange(ref _clockOffset, (date - middle).Ticks);
        }
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response) =>
        response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - (response.Headers.Date ?? time.GetUtcNow()),
            _ => null,
        };

    private HttpRequestMessage Message(FacilitatorRequest request, string? token)
    {
        var message = new HttpRequestMessage(request.Method, new Uri(_base, request.Path));
        message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        message.Headers.Add("Realm", options.Realm);
        message.Headers.Add("SubnetID", options.SubnetId.ToString());
        if (token is not null)
        {
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        foreach (var (name, value) in request.Headers)
        {
            message.Headers.Add(name, value);
        }

        if (request.Body is not null)
        {
            message.Content = new ByteArrayContent(request.Body);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        return message;
    }

    /// <summary>One trailing slash, and no <c>api/v1/</c>, which the first generation's base address had (protocol 1.7).</summary>
    private static Uri Normalise(Uri url)
    {
        var text = url.AbsoluteUri.TrimEnd('/');
        const string Old = "/api/v1";
        return new Uri((text.EndsWith(Old, StringComparison.Ordinal) ? text[..^Old.Length] : text) + "/");
    }
}
