using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Sdk;

/// <summary>
/// Logs in and keeps the JWT (protocol 1), renewed before it expires. There is one login at a time, and all calls that need it share its
/// outcome, a failure as well: behind a login that hangs nobody queues for another.
/// </summary>
internal sealed class TokenProvider(HttpExchange exchange, ISigner signer, ComputeHordeOptions options, TimeProvider time, ILogger logger)
    : IDisposable
{
    /// <summary>How long a token of unknown lifetime is used.</summary>
    private static readonly TimeSpan AssumedLifetime = TimeSpan.FromMinutes(30);

    private readonly CancellationTokenSource _disposed = new();
    private readonly Lock _lock = new();
    private volatile Login? _current;
    private Task<Login>? _login;

    /// <summary>A token that is valid, as far as is known.</summary>
    public async ValueTask<string> GetAsync(CancellationToken cancellationToken)
    {
        var current = _current;
        if (current is not null && Age(current) < current.RenewAfter)
        {
            return current.Token;
        }

        try
        {
            return (await SharedLogin().WaitAsync(cancellationToken)).Token;
        }
        catch (ComputeHordeException error)
            when (current is not null && ReferenceEquals(current, _current) && Age(current) < current.Lifetime)
        {
            Logs.RenewalFailed(logger, signer.Hotkey, error.Message);
            return current.Token;
        }
    }

    /// <summary>Drops a token that the facilitator refused, unless another call has replaced it already.</summary>
    public void Invalidate(string token)
    {
        if (_current is { } current && current.Token == token && Interlocked.CompareExchange(ref _current, null, current) == current)
        {
            Logs.LoggingInAgain(logger, signer.Hotkey);
        }
    }

    public void Dispose()
    {
        _disposed.Cancel();
        _disposed.Dispose();
    }

    /// <summary>The login under way, or a new one. It does not end with the call that began it, because others wait for it too.</summary>
    private Task<Login> SharedLogin()
    {
        lock (_lock)
        {
            // A login that has just succeeded may have been waited for in vain by whoever read the token before it.
            if (_login is null or { IsCompleted: true })
            {
                _login =
                    _current is { } current && Age(current) < current.RenewAfter ? Task.FromResult(current) : LoginAsync(_disposed.Token);
            }

            return _login;
        }
    }

    private TimeSpan Age(Login login) => time.GetElapsedTime(login.Since);

    private async Task<Login> LoginAsync(CancellationToken cancellationToken)
    {
        // Not on the caller's thread, which holds the lock: signing takes time.
        await Task.Yield();
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
            var request = new FacilitatorRequest("login", HttpMethod.Post, "auth/login")
            {
                Body = JsonSerializer.SerializeToUtf8Bytes(body),
            };
            using var answer = await exchange.SendAsync(request, token: null, cancellationToken);
            var token = answer.RootElement.Text("token");
            return string.IsNullOrEmpty(token) || token.Any(c => c is <= ' ' or > '~')
                ? throw new ComputeHordeProtocolException("POST /auth/login gave no token.", isTransient: true)
                : Keep(token);
        }
        catch (ComputeHordeException error)
        {
            throw IsAboutTheKey(error) ? Refused(error) : Failed(error);
        }
    }

    private async Task<string> NonceAsync(CancellationToken cancellationToken)
    {
        using var answer = await exchange.SendAsync(FacilitatorRequest.Get("nonce", "auth/nonce"), token: null, cancellationToken);
        return answer.RootElement.Text("nonce") is { Length: > 0 } nonce
            ? nonce
            : throw new ComputeHordeProtocolException("GET /auth/nonce gave no nonce.", isTransient: true);
    }

    /// <summary>
    /// A nonce that has run out is worth another try; every other refusal by the facilitator itself is about the key (protocol 1.2).
    /// </summary>
    private static bool IsAboutTheKey(ComputeHordeException error) =>
        error is { StatusCode: 400, IsTransient: false } or { StatusCode: 401 }
        && !error.Message.Contains("nonce", StringComparison.OrdinalIgnoreCase);

    private ComputeHordeAuthenticationException Refused(ComputeHordeException error) =>
        new($"The login of {signer.Hotkey} was refused. Is the hotkey on the facilitator's whitelist? {error.Message}", error)
        {
            StatusCode = error.StatusCode,
            IsLoginRefused = true,
        };

    /// <summary>Whatever the call was that needed the login, it has not been sent.</summary>
    private static ConnectionFailedException Failed(ComputeHordeException error) =>
        new($"The login failed: {error.Message}", requestMayHaveArrived: false, error)
        {
            StatusCode = error.StatusCode,
            RetryAfter = error.RetryAfter,
        };

    private Login Keep(string token)
    {
        var lifetime = Lifetime(token, time.GetUtcNow());
        var tenth = lifetime / 10;
        var margin = options.TokenRenewalMargin < tenth ? options.TokenRenewalMargin : tenth;
        var login = new Login(token, time.GetTimestamp(), lifetime - margin, lifetime);
        _current = login;
        ComputeHordeTelemetry.Logins.Add(1);
        Logs.LoggedIn(logger, signer.Hotkey, lifetime - margin);
        return login;
    }

    /// <summary>
    /// The lifetime by the token's own claims: the difference of <c>exp</c> and <c>iat</c> does not depend on this machine's clock.
    /// </summary>
    private static TimeSpan Lifetime(string token, DateTimeOffset now)
    {
        var parts = token.Split('.');
        if (parts.Length != 3)
        {
            return AssumedLifetime;
        }

        try
        {
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
            var root = claims.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("exp", out var exp) || !exp.TryGetWhole(out long end))
            {
                return AssumedLifetime;
            }

            var start = root.TryGetProperty("iat", out var iat) && iat.TryGetWhole(out long issued) ? issued : now.ToUnixTimeSeconds();
            return TimeSpan.FromSeconds(Math.Clamp(end - start, 1, 7 * 86_400));
        }
        catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException)
        {
            return AssumedLifetime; // The token is opaque to a client; only the facilitator judges it.
        }
    }

    /// <summary>A login, timed by the monotonic clock: what the wall clock does is no reason to keep or drop it.</summary>
    private sealed record Login(string Token, long Since, TimeSpan RenewAfter, TimeSpan Lifetime);
}
