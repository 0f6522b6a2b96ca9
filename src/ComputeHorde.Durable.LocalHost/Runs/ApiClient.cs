using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComputeHorde.Durable.LocalHost.Commands;
using Polly;
using Polly.Retry;

namespace ComputeHorde.Durable.LocalHost.Runs;

/// <summary>
/// The HTTP API as the command line uses it. Every call may be sent again: starts carry a key that makes them the same start.
/// </summary>
internal sealed class ApiClient : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60),
        Glance = TimeSpan.FromSeconds(1);

    private readonly HttpClient _http;
    private readonly ApiConnection _connection;
    private readonly ResiliencePipeline<HttpResponseMessage> _retries;

    public ApiClient(ApiConnection connection)
    {
        _connection = connection;
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false })
        {
            BaseAddress = connection.Address,
            Timeout = Timeout,
        };
        if (connection.Key is { } key)
        {
            _http.DefaultRequestHeaders.Add("x-functions-key", key);
        }

        _retries = new ResiliencePipelineBuilder<HttpResponseMessage>()
            .AddRetry(
                new RetryStrategyOptions<HttpResponseMessage>
                {
                    MaxRetryAttempts = 3,
                    Delay = TimeSpan.FromMilliseconds(500),
                    BackoffType = DelayBackoffType.Exponential,
                    UseJitter = true,
                    ShouldHandle = static outcome =>
                        ValueTask.FromResult(
                            outcome.Outcome.Exception
                                is HttpRequestException
                            {
                                HttpRequestError: not HttpRequestError.ConnectionError and not HttpRequestError.NameResolutionError
                            }
                                || outcome.Outcome.Result
                                    is { StatusCode: HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError }
                        ),
                    DelayGenerator = static outcome =>
                        ValueTask.FromResult(
                            outcome.Outcome.Result?.Headers.RetryAfter?.Delta is { } wait && wait < Timeout ? wait : (TimeSpan?)null
                        ),
                    OnRetry = static outcome =>
                    {
                        outcome.Outcome.Result?.Dispose();
                        return ValueTask.CompletedTask;
                    },
                }
            )
            .Build();
    }

    public void Dispose() => _http.Dispose();

    public async Task<JsonObject> GetAsync(string path, CancellationToken cancellationToken) =>
        (await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, path), cancellationToken)).Body!;

    public async Task<JsonObject> PostAsync(string path, JsonObject? body, string? idempotencyKey, CancellationToken cancellationToken) =>
        (
            await SendAsync(
                () =>
                {
                    var request = new HttpRequestMessage(HttpMethod.Post, path)
                    {
                        Content = body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"),
                    };
                    if (idempotencyKey is not null)
                    {
                        request.Headers.Add("Idempotency-Key", idempotencyKey);
                    }

                    return request;
                },
                cancellationToken
            )
        ).Body!;

    /// <summary>A run whenever it looks different, until it has ended.</summary>
    public async IAsyncEnumerable<JsonObject> FollowAsync(string id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var glance = new PeriodicTimer(Glance);
        EntityTagHeaderValue? tag = null;
        do
        {
            var known = tag;
            var (run, newTag) = await SendAsync(
                () =>
                {
                    var request = new HttpRequestMessage(HttpMethod.Get, $"jobs/{Uri.EscapeDataString(id)}");
                    if (known is not null)
                    {
                        request.Headers.IfNoneMatch.Add(known);
                    }

                    return request;
                },
                cancellationToken
            );
            tag = newTag ?? tag;
            if (run is not null)
            {
                yield return run;
                if (RunText.HasEnded(run))
                {
                    yield break;
                }
            }
        } while (await glance.WaitForNextTickAsync(cancellationToken));
    }

    private async Task<(JsonObject? Body, EntityTagHeaderValue? Tag)> SendAsync(
        Func<HttpRequestMessage> create,
        CancellationToken cancellationToken
    )
    {
        try
        {
            using var answer = await _retries.ExecuteAsync(
                async token =>
                {
                    using var request = create();
                    return await _http.SendAsync(request, token);
                },
                cancellationToken
            );
            if (answer.StatusCode == HttpStatusCode.NotModified)
            {
                return (null, null);
            }

            var content = await answer.Content.ReadAsStringAsync(cancellationToken);
            var body = Parse(content);
            return answer.IsSuccessStatusCode && body is not null ? (body, answer.Headers.ETag) : throw Refused(answer.StatusCode, body);
        }
        catch (HttpRequestException exception)
        {
            throw new UserException(
                $"The functions at {_connection.Address} do not answer ({RunText.Safe(exception.Message)}). Start them with 'serve', or say where they are: --url, or {ApiConnection.UrlSetting} in the environment or in local.settings.json."
            );
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new UserException(
                $"The functions at {_connection.Address} did not answer within {Timeout.TotalSeconds:0} seconds. What was asked for may have been done: look with 'runs list'."
            );
        }
    }

    private static JsonObject? Parse(string content)
    {
        try
        {
            return JsonNode.Parse(content) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private UserException Refused(HttpStatusCode status, JsonObject? problem) =>
        status switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new UserException(
                $"The functions at {_connection.Address} {(_connection.Key is null ? "ask for a key" : "do not take the key")}: set {ApiConnection.KeySetting}, or {ApiConnection.KeyFileSetting} with a file that holds it, in the environment or in local.settings.json; for a local host with --require-key, --data names its folder."
            ),
            _ when problem?["errors"] is JsonObject errors => new UserException(
                $"{RunText.Of(problem["title"])}: {string.Join("; ", errors.Select(static error => RunText.Safe($"{error.Key} {string.Join(" ", error.Value?.AsArray().Select(static rule => (string?)rule) ?? [])}")))}"
            ),
            HttpStatusCode.NotFound => new UserException(
                $"There are no functions of ComputeHorde at {_connection.Address}: is the address that of the API, as in https://<app>.azurewebsites.net/api/?"
            ),
            _ => new UserException(
                $"The functions at {_connection.Address} answered {(int)status}{(problem is null ? ", and nothing that could be read" : "")}."
            ),
        };
}
