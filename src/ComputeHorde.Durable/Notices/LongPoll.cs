using System.Globalization;
using ComputeHorde.Durable.Http;
using ComputeHorde.Sdk;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace ComputeHorde.Durable.Notices;

/// <summary>Answers callers that ask with <c>?wait=</c> (seconds, at most 60) as soon as there is news.</summary>
internal sealed class LongPoll(Watchers watchers)
{
    private const int MostSeconds = 60;

    /// <summary>Shows something: as soon as it has ended or changed, else, and at the latest, as it is.</summary>
    /// <param name="find">Reads it; null when it is not there.</param>
    /// <param name="hasEnded">Whether nothing is worth waiting for any more.</param>
    /// <param name="fingerprint">What counts as a change.</param>
    /// <param name="none">Says that it is not there.</param>
    public async Task<IActionResult> ShowAsync<T>(
        HttpRequest request,
        Func<CancellationToken, Task<T?>> find,
        Func<T, bool> hasEnded,
        Func<T, string> fingerprint,
        Func<HttpProblemException> none,
        CancellationToken cancellationToken
    )
        where T : class
    {
        var wait = SecondsOf(request);
        var seen = await find(cancellationToken) ?? throw none();
        var answer = HttpResults.Conditional(request, seen);

        // What differs from what the caller knows is news already.
        if (wait == 0 || hasEnded(seen) || (request.Headers.IfNoneMatch.Count > 0 && answer is not TextResult { StatusCode: 304 }))
        {
            return answer;
        }

        using var place = watchers.Enter();
        var known = fingerprint(seen);
        await foreach (
            var change in watchers
                .ChangesAsync(find, fingerprint, TimeSpan.FromSeconds(wait), cancellationToken)
                .WithCancellation(cancellationToken)
        )
        {
            if (change is not null && fingerprint(change) != known)
            {
                return HttpResults.Conditional(request, change);
            }
        }

        return HttpResults.Conditional(request, await find(cancellationToken) ?? throw none());
    }

    private static int SecondsOf(HttpRequest request)
    {
        var seconds = 0;
        return
            request.Query["wait"].ToString() is not { Length: > 0 } text
            || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out seconds) && seconds <= MostSeconds)
            ? seconds
            : throw new ComputeHordeValidationException("wait", $"must be a whole number of seconds between 0 and {MostSeconds}.");
    }
}
