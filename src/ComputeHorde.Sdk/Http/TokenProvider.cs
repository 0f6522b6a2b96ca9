using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Sdk;

/// <summary>Logs in and keeps the JWT (protocol 1): shared by all calls, renewed before it expires, one login at a time.</summary>
internal sealed class TokenProvider(
    HttpExchange exchange, ISigner signer, ComputeHordeOptions options, TimeProvider time, ILogger logger) : IDisposable
{
    /// <summary>How long a token of unknown lifetime is used.</summary>
    private static readonly TimeSpan AssumedLifetime = TimeSpan.FromMinutes(30);

    private readonly SemaphoreSlim _login = new(1, 1);
    private volatile Login? _current;

    /// <summary>A token that is valid, as far as is known.</summary>
    public async ValueTask<string> GetAsync(CancellationToken cancellationToken)
    {
        if (_current is { } fresh && time.GetUtcNow() < fresh.RenewAt)
            return fresh.Token;
        await _login.WaitAsync(cancellationToken);
        try
        {
            var current = _current;
            if (current is not null && time.GetUtcNow() < current.RenewAt)
                return current.Token;
            try
            {
                _current = current = await LoginAsync(cancellationToken);
            }
            catch (ComputeHordeException error) when (error.IsTransient && current is not null && time.GetUtcNow() < current.ExpiresAt)
            {
                Logs.RenewalFailed(logger, signer.Hotkey, error.Message);
            }

            return current.Token;
        }
        finally
        {
            _login.Release();
        }
    }

    /// <summary>Drops a token that the facilitator refused, unless another call has replaced it already.</summary>
    public void Invalidate(string token)
    {
        if (_current is { } current && current.Token == token && Interlocked.CompareExchange(ref _current, null, current) == current)
            Logs.LoggingInAgain(logger, signer.Hotkey);
    }

    public void Dispose() => _login.Dispose();

    private async Task<Login> LoginAsync(CancellationToken cancellationToken)
    {
        try
        {
            var nonce = await NonceAsync(cancellationToken);
            var signature = await signer.SignAsync(Encoding.UTF8.GetBytes(nonce), cancellationToken);
            var body = new JsonObject
            {
                ["hotkey"] = signer.Hotkey,
                ["signature"] = Convert.ToHexStringLower(signature),
                ["nonce"] = nonce,
            };
            var request = new FacilitatorRequest("login", HttpMethod.Post, "auth/login") { Body = JsonSerializer.SerializeToUtf8Bytes(body) };
            using var answer = await exchange.SendAsync(request, token: null, cancellationToken);
            var token = answer.RootElement.Text("token");
            return string.IsNullOrEmpty(token) || token.Any(c => c is <= ' ' or > '~')
                ? throw new ComputeHordeProtocolException("POST /auth/login gave no token.")
                : Keep(token);
        }
        catch (ComputeHordeValidationException error)
        {
            throw Refused(error);
        }
        catch (ComputeHordeException error) when (error.IsTransient)
        {
            // Whatever the call was that needed the login, it has not been sent.
            throw new ConnectionFailedException($"The login failed: {error.Message}", requestMayHaveArrived: false, isTransient: true, error)
            {
                StatusCode = error.StatusCode,
                RetryAfter = error.RetryAfter,
            };
        }
    }

    private async Task<string> NonceAsync(CancellationToken cancellationToken)
    {
        using var answer = await exchange.SendAsync(FacilitatorRequest.Get("nonce", "auth/nonce"), token: null, cancellationToken);
        return answer.RootElement.Text("nonce") is { Length: > 0 } nonce ? nonce : throw new ComputeHordeProtocolException("GET /auth/nonce gave no nonce.");
    }

    /// <summary>A nonce that has run out is worth another try; everything else is about the key.</summary>
    private ComputeHordeException Refused(ComputeHordeValidationException error) =>
        error.Message.Contains("nonce", StringComparison.OrdinalIgnoreCase)
            ? new ConnectionFailedException($"The login of {signer.Hotkey} was refused: {error.Message}", requestMayHaveArrived: false, isTransient: true, error)
            : new ComputeHordeAuthenticationException(
                $"The login of {signer.Hotkey} was refused. Is the hotkey on the facilitator's whitelist? {error.Message}", error)
            { StatusCode = error.StatusCode };

    private Login Keep(string token)
    {
        var now = time.GetUtcNow();
        var lifetime = Lifetime(token, now);
        var tenth = lifetime / 10;
        var margin = options.TokenRenewalMargin < tenth ? options.TokenRenewalMargin : tenth;
        ComputeHordeTelemetry.Logins.Add(1);
        Logs.LoggedIn(logger, signer.Hotkey, lifetime - margin);
        return new Login(token, now + lifetime - margin, now + lifetime);
    }

    /// <summary>The lifetime by the token's own claims: the difference of <c>exp</c> and <c>iat</c> does not depend on this machine's clock.</summary>
    private static TimeSpan Lifetime(string token, DateTimeOffset now)
    {
        var parts = token.Split('.');
        if (parts.Length != 3)
            return AssumedLifetime;
        try
        {
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
            var root = claims.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("exp", out var exp) || !exp.TryGetInt64(out var end))
                return AssumedLifetime;
            var start = root.TryGetProperty("iat", out var iat) && iat.TryGetInt64(out var issued) ? issued : now.ToUnixTimeSeconds();
            return TimeSpan.FromSeconds(Math.Clamp(end - start, 1, 7 * 86_400));
        }
        catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException)
        {
            return AssumedLifetime; // The token is opaque to a client; only the facilitator judges it.
        }
    }

    private sealed record Login(string Token, DateTimeOffset RenewAt, DateTimeOffset ExpiresAt);
}
