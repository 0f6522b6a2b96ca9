using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Text.Json;

namespace ComputeHorde.Sdk;

/// <summary>One request and its whole answer within the time limit. Knows nothing of logins and repeats.</summary>
internal sealed class HttpExchange(Func<HttpClient> clients, ComputeHordeOptions options, TimeProvider time)
{
    private static readonly JsonDocumentOptions JsonOptions = new() { MaxDepth = 128 };

    private readonly Uri _base = Normalise(options.FacilitatorUrl);

    /// <summary>Sends a request and reads its JSON.</summary>
    /// <returns>The answer to a success; dispose it.</returns>
    /// <exception cref="ComputeHordeException">No answer, a refusal, or an answer that is not JSON.</exception>
    public async Task<JsonDocument> SendAsync(FacilitatorRequest request, string? token, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.RequestTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        var started = time.GetTimestamp();
        var status = 0;
        try
        {
            using var message = Message(request, token);
            using var response = await clients().SendAsync(message, HttpCompletionOption.ResponseHeadersRead, linked.Token);
            status = (int)response.StatusCode;
            return await ReadAsync(request, response, linked.Token);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ConnectionFailedException(
                $"{request.What} had no complete answer within {options.RequestTimeout.TotalSeconds:0.###} s.", requestMayHaveArrived: true, isTransient: true, error);
        }
        catch (HttpRequestException error)
        {
            var neverConnected = error.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError;
            throw new ConnectionFailedException(
                $"{request.What} failed: {error.Message}",
                requestMayHaveArrived: !neverConnected,
                isTransient: error.InnerException is not AuthenticationException,
                error);
        }
        catch (Exception error) when (error is IOException or InvalidDataException)
        {
            throw new ConnectionFailedException($"{request.What} failed: {error.Message}", requestMayHaveArrived: true, isTransient: true, error);
        }
        finally
        {
            ComputeHordeTelemetry.RequestDuration.Record(
                time.GetElapsedTime(started).TotalSeconds,
                new KeyValuePair<string, object?>("call", request.Name),
                new KeyValuePair<string, object?>("http.response.status_code", status));
        }
    }

    private async Task<JsonDocument> ReadAsync(FacilitatorRequest request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        await using var body = new LimitedStream(await response.Content.ReadAsStreamAsync(cancellationToken), options.MaxResponseBytes);
        JsonDocument? json = null;
        JsonException? fault = null;
        try
        {
            json = await JsonDocument.ParseAsync(body, JsonOptions, cancellationToken);
        }
        catch (JsonException error)
        {
            fault = error;
        }

        if (status is >= 200 and < 300 && json is not null)
            return json;
        using (json)
        {
            if (status is >= 200 and < 300)
            {
                // A proxy's page or a cut-off body: the same request may be answered well.
                throw new ComputeHordeProtocolException($"{request.What} was answered with HTTP {status}, but the body is not JSON.", isTransient: true, fault) { StatusCode = status };
            }

            throw FacilitatorErrors.From(status, json?.RootElement ?? default, request.What, RetryAfter(response));
        }
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - time.GetUtcNow(),
        _ => null,
    };

    private HttpRequestMessage Message(FacilitatorRequest request, string? token)
    {
        var message = new HttpRequestMessage(request.Method, new Uri(_base, request.Path));
        message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        message.Headers.Add("Realm", options.Realm);
        message.Headers.Add("SubnetID", options.SubnetId.ToString());
        if (token is not null)
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        foreach (var (name, value) in request.Headers)
            message.Headers.Add(name, value);
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
