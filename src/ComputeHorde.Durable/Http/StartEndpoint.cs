using System.Threading.RateLimiting;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Durable.Http;

/// <summary>
/// What all requests have in common that start something, and so cost money: how they are read, named and answered, and how many there may
/// be.
/// </summary>
internal sealed class StartEndpoint : IDisposable
{
    private readonly TokenBucketRateLimiter _limit;
    private readonly TimeProvider _time;

    /// <summary>Allows <see cref="DurableOptions.MaxStartsPerMinute"/>, all at once after a quiet minute.</summary>
    /// <param name="time">The clock that bounds how long a body may take.</param>
    public StartEndpoint(IOptions<DurableOptions> options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        _time = time;
        var most = options.Value.MaxStartsPerMinute;
        MostAtOnce = most;
        var tokens = Math.Max(1, most / 60);
        _limit = new TokenBucketRateLimiter(
            new TokenBucketRateLimiterOptions
            {
                TokenLimit = most,
                TokensPerPeriod = tokens,
                ReplenishmentPeriod = TimeSpan.FromMinutes((double)tokens / most),
                QueueLimit = 0,
            }
        );
    }

    public void Dispose() => _limit.Dispose();

    /// <summary>Starts what a body asks for and answers: 202 with <c>Location</c>, or a problem document.</summary>
    /// <param name="place">Where to look for what is started, which is the route of the function as well.</param>
    /// <param name="mostBytes">How long the body may be.</param>
    /// <param name="parse">Reads the body, and says what is wrong with it.</param>
    /// <param name="start">Starts it under the name that was asked for, null when there is none; gives null when something else has this
    /// name.</param>
    /// <param name="requireName">Refuses what cannot name it: <see cref="Names.RequireRun"/> or <see cref="Names.RequireBatch"/>.</param>
    /// <param name="nameIn">The name that stands in a body as <c>id</c>; null where a body has none.</param>
    internal Task<IActionResult> StartAsync<T>(
        HttpRequest request,
        string place,
        int mostBytes,
        Func<BinaryData, T> parse,
        Func<string?, T, Task<StartedRun?>> start,
        Action<string, string> requireName,
        CancellationToken cancellationToken,
        Func<T, string?>? nameIn = null
    ) =>
        HttpEdge.AnswerAsync(
            request,
            async () =>
            {
                // Only what could start takes of the allowance: slow, broken and wrong requests do not shut out the others.
                var key = KeyOf(request, requireName);
                var body = parse(await RequestBody.ReadJsonAsync(request, mostBytes, _time, cancellationToken));
                var id = nameIn?.Invoke(body);
                if (key is not null && id is not null && key != id)
                {
                    throw new ComputeHordeValidationException(IdField, $"differs from the header {KeyField}: give one of them.");
                }

                Take(1);
                var (name, field) = key is null && id is not null ? (id, IdField) : (key, KeyField);
                return Started(request, place, place, await start(name, body) ?? throw Taken(name, field));
            }
        );

    /// <summary>Starts something again and answers as <see cref="StartAsync"/> does.</summary>
    /// <param name="request">The request; it needs no body.</param>
    /// <param name="route">The route of the function.</param>
    /// <param name="place">Where to look for what is started.</param>
    /// <param name="start">Starts it, as in <see cref="StartAsync"/>.</param>
    /// <param name="requireName">As in <see cref="StartAsync"/>.</param>
    internal Task<IActionResult> RestartAsync(
        HttpRequest request,
        string route,
        string place,
        Func<string?, Task<StartedRun?>> start,
        Action<string, string> requireName
    ) =>
        HttpEdge.AnswerAsync(
            request,
            async () =>
            {
                var key = KeyOf(request, requireName);
                Take(1);
                return Started(request, route, place, await start(key) ?? throw Taken(key, KeyField));
            }
        );

    private static string? KeyOf(HttpRequest request, Action<string, string> requireName)
    {
        if (request.Headers[KeyField] is not { Count: > 0 } header)
        {
            return null;
        }

        requireName(header.ToString(), KeyField);
        return header.ToString();
    }

    /// <summary>Reads <c>Idempotency-Key</c> of a call that starts many.</summary>
    /// <returns>The key; null when there is none.</returns>
    /// <exception cref="ComputeHordeValidationException">Names that are made of it would be too long.</exception>
    public static string? BulkKeyOf(HttpRequest request) =>
        KeyOf(request, Names.RequireRun) is { Length: > MaxBulkKeyLength }
            ? throw new ComputeHordeValidationException(
                KeyField,
                $"must have at most {MaxBulkKeyLength} characters here: the new names are made of it."
            )
            : KeyOf(request, Names.RequireRun);

    /// <summary>The most that may be started at once.</summary>
    public int MostAtOnce { get; }

    /// <summary>Takes some of the allowance, all or nothing.</summary>
    /// <exception cref="HttpProblemException">429: it is used up for now.</exception>
    public void Take(int count)
    {
        using var lease = _limit.AttemptAcquire(count);
        if (!lease.IsAcquired)
        {
            var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var time) ? time : TimeSpan.FromSeconds(1);
            throw new HttpProblemException(
                429,
                "Too many starts",
                new ValidationProblem(
                    "rate",
                    "is above ComputeHorde__MaxStartsPerMinute. Nothing was started; send the same request again later."
                )
            )
            {
                RetryAfterSeconds = (int)Math.Ceiling(wait.TotalSeconds),
            };
        }
    }

    private static HttpProblemException Taken(string? name, string field) =>
        new(
            409,
            $"Something else was sent under this {field}",
            new ValidationProblem(field, $"'{name}' names something with another body.")
        );

    private static IActionResult Started(HttpRequest request, string route, string place, StartedRun started)
    {
        var location = ApiAddress.Of(request, route, $"{place}/{started.Id}");
        request.HttpContext.Response.Headers.Location = location;
        return HttpResults.Json(
            202,
            new
            {
                started.Id,
                StatusUrl = location,
                Warnings = started.Warnings is { Count: > 0 } warnings ? warnings : null,
            }
        );
    }

    private const string KeyField = "Idempotency-Key",
        IdField = "id";

    private const int MaxBulkKeyLength = 80;
}
