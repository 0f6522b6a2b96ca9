using System.Text.Json;
using Microsoft.Extensions.Logging;
using Polly;

namespace ComputeHorde.Sdk;

/// <summary>Calls of the facilitator with login and, where that is safe, repeats.</summary>
internal sealed class FacilitatorApi : IDisposable
{
    /// <summary>The one 401 that a new login cannot cure: the hotkey was taken off the whitelist.</summary>
    private const string Unauthorized = "Unauthorized hotkey.";

    private readonly HttpExchange _exchange;
    private readonly TokenProvider _tokens;
    private readonly ResiliencePipeline _retries;

    public FacilitatorApi(Func<HttpClient> clients, ISigner signer, ComputeHordeOptions options, TimeProvider time, ILogger logger)
    {
        _exchange = new HttpExchange(clients, options, time);
        _retries = RetryPipeline.Create(options, time, logger);
        _tokens = new TokenProvider(_exchange, signer, options, time, logger);
    }

    /// <summary>The facilitator's clock less this machine's, by its newest answer; null before the first.</summary>
    public TimeSpan? ServerClockOffset => _exchange.ServerClockOffset;

    /// <summary>A call that may be repeated without harm.</summary>
    public Task<T> RepeatableAsync<T>(FacilitatorRequest request, AnswerReader<T> read, CancellationToken cancellationToken) =>
        _retries.RunAsync(request.Name, token => OnceAsync(request, read, token), cancellationToken);

    /// <summary>A call that may be repeated without harm, for its JSON; dispose it.</summary>
    public Task<JsonDocument> RepeatableAsync(FacilitatorRequest request, CancellationToken cancellationToken) =>
        RepeatableAsync(request, JsonAnswer.ReadAsync, cancellationToken);

    /// <summary>A call that is sent once, or twice when the first was refused for its login, for its JSON; dispose it.</summary>
    public Task<JsonDocument> OnceAsync(FacilitatorRequest request, CancellationToken cancellationToken) =>
        OnceAsync(request, JsonAnswer.ReadAsync, cancellationToken);

    /// <summary>A call that is sent once, or twice when the first was refused for its login.</summary>
    public async Task<T> OnceAsync<T>(FacilitatorRequest request, AnswerReader<T> read, CancellationToken cancellationToken)
    {
        var token = await _tokens.GetAsync(cancellationToken);
        try
        {
            return await _exchange.SendAsync(request, token, read, cancellationToken);
        }
        catch (ComputeHordeAuthenticationException error)
            when (error.StatusCode == 401 && !error.Message.Contains(Unauthorized, StringComparison.Ordinal))
        {
            _tokens.Invalidate(token);
        }

        return await _exchange.SendAsync(request, await _tokens.GetAsync(cancellationToken), read, cancellationToken);
    }

    public void Dispose() => _tokens.Dispose();
}
